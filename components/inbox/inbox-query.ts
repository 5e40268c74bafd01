import { findValue } from "@/components/common/options";
import type {
  Basis,
  ChangeKind,
  CountSuggestions,
  InboxView,
  ListSuggestions,
  RiskLevel,
  SuggestionSort,
} from "@/server/contracts";
import { COUNT_MAX, COUNTED_TABS, findTab, type InboxTab } from "./tabs";

/** What the address says of the list: a tab, and what it is narrowed to. */
export interface InboxQuery {
  tab: InboxTab;
  view: InboxView;
}

type Params = Pick<URLSearchParams, "get" | "getAll">;

export const SORT_LABELS: Record<SuggestionSort, string> = {
  impact: "Largest gain first",
  newest: "Newest first",
  expiry: "Next to expire first",
};

/** Names alone: what is said of each kind would load with the list. */
const KINDS: Record<ChangeKind, true> = {
  ...{ add_index: true, drop_index: true, cluster_table: true, change_type: true },
  ...{ add_constraint: true, materialize_summary: true, rewrite_query: true, add_column: true },
};
const BASES: Record<Basis, true> = { measured: true, estimate: true };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const WORDS_MAX = 200;

const isShort = (text: string) => text !== "" && text.length <= WORDS_MAX;
const isAssignee = (text: string) => text === "me" || text === "nobody" || UUID.test(text);

/**
 * Reads an address; what makes no sense is left out instead of refused. By hand: the schema, which
 * the service checks it with again, would be most of what this page loads.
 */
export function readQuery(params: Params): InboxQuery {
  const text = (name: string, fits: (text: string) => boolean) => {
    const value = params.get(name)?.trim();
    return value !== undefined && fits(value) ? value : undefined;
  };
  const some = <Value extends string>(name: string, labels: Record<Value, unknown>) => {
    const values = params.getAll(name).flatMap((value) => findValue(labels, value) ?? []);
    return values.length === 0 ? undefined : values;
  };
  const flag = (name: string) => ({ "1": true, "0": false })[params.get(name) ?? ""];
  const given = {
    search: text("q", isShort),
    kind: some("kind", KINDS),
    risk: some("risk", RISK_LABELS),
    basis: findValue(BASES, params.get("basis")),
    product_id: text("product", isShort),
    assignee: text("assignee", isAssignee),
    is_unread: flag("unread"),
    is_snoozed: flag("snoozed"),
    sort: findValue(SORT_LABELS, params.get("sort")),
  };
  const kept = Object.entries(given).filter(([, value]) => value !== undefined);
  return { tab: findTab(params.get("tab")), view: Object.fromEntries(kept) };
}

const NAMES = {
  ...{ search: "q", kind: "kind", risk: "risk", basis: "basis", product_id: "product" },
  ...{ assignee: "assignee", is_unread: "unread", is_snoozed: "snoozed", sort: "sort" },
} as const;

/** The address of a list. */
export function writeQuery(tab: string, view: InboxView): string {
  const params = new URLSearchParams({ tab });
  for (const [field, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
    for (const value of [view[field]].flat()) {
      if (value === undefined || value === "") continue;
      params.append(name, typeof value === "boolean" ? (value ? "1" : "0") : value);
    }
  }
  return `/?${params}`;
}

/**
 * Input of `suggestions.list`, the same on server and browser so that the cache is shared. What waits for
 * review comes by impact, and without what the person has snoozed, unless they ask otherwise.
 */
export function listInput({ tab, view }: InboxQuery): Omit<ListSuggestions, "limit" | "cursor"> {
  const { tab: _, ...filter } = view;
  const isReview = tab.name === "review";
  return {
    ...(isReview && { sort: "impact" as const, is_snoozed: false }),
    ...(tab.states !== undefined && { state: [...tab.states] }),
    ...filter,
  };
}

/** Input of `suggestions.counts`: what each tab shows before it is narrowed. */
export function countInput(): CountSuggestions {
  const filters = COUNTED_TABS.map((tab) => {
    const { sort: _, ...filter } = listInput({ tab, view: {} });
    return filter;
  });
  return { filters, count_max: COUNT_MAX };
}

/** How many conditions narrow the list, the order aside. */
export function countFilters({ sort: _, tab: __, ...filter }: InboxView): number {
  return Object.values(filter).filter((value) => value !== undefined).length;
}

export const RISK_LABELS: Record<RiskLevel, string> = {
  low: "Low risk",
  medium: "Medium risk",
  high: "High risk",
};

/** `add_index`: Add index. */
export function labelKind(kind: ChangeKind): string {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
