import type { MaterializeSummaryChange, TableSchema } from "@/server/contracts";
import type { QuerySummary } from "@/server/workload/shape";
import { estimateSummaryRows } from "../estimate/summary-size";
import type { WorkloadQuery } from "../types";

/** A query and what a summary needs to answer it. */
export interface Summarized {
  query: WorkloadQuery;
  summary: QuerySummary;
}

/** One summary table: what it holds, whom it answers, how many rows it would have. */
export interface SummaryGroup {
  keys: MaterializeSummaryChange["keys"];
  measures: MaterializeSummaryChange["measures"];
  members: Summarized[];
  rows: number | null;
}

const KEYS_MAX = 8;
const MEASURES_MAX = 32;

/**
 * Summaries worth considering for a table: for each set of keys that a query asks for, one that
 * answers all queries with those keys or fewer; and wider ones, begun with each of these and joined
 * by the others in turn (heaviest first) while the summary stays within `rowsMax`. Each once.
 */
export function groupSummaries(
  table: TableSchema,
  summarized: readonly Summarized[],
  rowsMax: number,
): SummaryGroup[] {
  const heaviest = [...summarized].sort(
    (a, b) =>
      weight(b) - weight(a) || (a.query.pattern.fingerprint < b.query.pattern.fingerprint ? -1 : 1),
  );
  const groups = new Map<string, SummaryGroup>();
  const add = (group: SummaryGroup): void => {
    const name = keysOf(group);
    if ((groups.get(name)?.members.length ?? 0) < group.members.length) groups.set(name, group);
  };
  for (const seed of heaviest) {
    if (groups.has(keysOf(seed.summary))) continue;
    const narrow = collect(table, groupOf(table, seed), heaviest, () => false);
    add(narrow);
    add(collect(table, narrow, heaviest, (rows) => rows !== null && rows <= rowsMax));
  }
  return [...groups.values()];
}

const weight = ({ query: { pattern } }: Summarized): number =>
  pattern.calls * Math.max(pattern.mean_ms, Number.MIN_VALUE);

/** Names of the keys, by which groups are told apart. */
export function keysOf({ keys }: Pick<SummaryGroup, "keys">): string {
  return keys
    .map((key) => key.name)
    .sort()
    .join();
}

/** Queries join a group when they need no new key, or when `mayWiden` allows. */
function collect(
  table: TableSchema,
  begun: SummaryGroup,
  others: readonly Summarized[],
  mayWiden: (rows: number | null) => boolean,
): SummaryGroup {
  let group = begun;
  for (const other of others) {
    if (group.members.includes(other)) continue;
    const wider = unite(table, group, groupOf(table, other));
    const isSame = wider.keys.length === group.keys.length;
    const fits = wider.keys.length <= KEYS_MAX && wider.measures.length <= MEASURES_MAX;
    if (fits && hasOwnNames(wider) && (isSame || mayWiden(wider.rows))) group = wider;
  }
  return group;
}

function groupOf(table: TableSchema, one: Summarized): SummaryGroup {
  const nothing = { keys: [], measures: [], members: [], rows: null };
  return unite(table, nothing, { ...nothing, ...one.summary, members: [one] });
}

function unite(table: TableSchema, one: SummaryGroup, other: SummaryGroup): SummaryGroup {
  const keys = uniteParts(one.keys, other.keys);
  return {
    keys,
    measures: uniteParts(one.measures, other.measures),
    members: [...one.members, ...other.members],
    rows: estimateSummaryRows(table, keys),
  };
}

/** Each part once, by name. */
function uniteParts<Part extends { name: string; column: string | null }>(
  one: readonly Part[],
  other: readonly Part[],
): Part[] {
  const isKnown = (part: Part): boolean =>
    one.some((each) => each.name === part.name && each.column === part.column);
  return [...one, ...other.filter((part) => !isKnown(part))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** One name may not stand for two things (a column `a_month` of one, the month of `a` of another). */
function hasOwnNames({ keys, measures }: SummaryGroup): boolean {
  const names = [...keys, ...measures].map((part) => part.name.toLowerCase());
  return new Set(names).size === names.length;
}
