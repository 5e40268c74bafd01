import {
  ChangeKind,
  type CountSuggestions,
  InboxView,
  type ListSuggestions,
  type RiskLevel,
} from "@/server/contracts";
import { COUNT_MAX, COUNTED_TABS, findTab, type InboxTab } from "./tabs";

/** What the address says of the list: a tab, and what it is narrowed to. */
export interface InboxQuery {
  tab: InboxTab;
  view: InboxView;
}

type Params = Pick<URLSearchParams, "get" | "getAll">;

/** Reads an address; what makes no sense is left out instead of refused. */
export function readQuery(params: Params): InboxQuery {
  const flag = (name: string) => ({ "1": true, "0": false })[params.get(name) ?? ""];
  const given = {
    search: params.get("q") ?? undefined,
    kind: params.getAll("kind").filter((kind) => ChangeKind.safeParse(kind).success),
    risk: params.getAll("risk"),
    basis: params.get("basis") ?? undefined,
    product_id: params.get("product") ?? undefined,
    assignee: params.get("assignee") ?? undefined,
    is_unread: flag("unread"),
    is_snoozed: flag("snoozed"),
    sort: params.get("sort") ?? undefined,
  };
  const kept = Object.entries(given).filter(([name, value]) => {
    if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0))
      return false;
    return InboxView.safeParse({ [name]: value }).success;
  });
  return { tab: findTab(params.get("tab")), view: InboxView.parse(Object.fromEntries(kept)) };
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
