import type { MaterializeSummaryChange, TableSchema } from "@/server/contracts";
import type { QuerySummary } from "@/server/workload/shape";
import type { AdviceInput } from "../../kind-spec";
import { SUMMARY_ROW_SHARE_MAX } from "../../measured-facts";
import { measureUsage, type WorkloadQuery } from "../../workload-query";
import { estimateSummaryRows, summaryGain } from "./estimate";

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
/** Queries of a table that summaries are looked for: of very many the heaviest. */
const SUMMARIZED_MAX = 60;

/**
 * Summaries worth considering for a table: for each set of keys that one of its heaviest queries asks
 * for, one that answers all of these with those keys or fewer; and wider ones, begun with each of them and
 * joined by the others in turn (heaviest first) while the summary stays within `rowsMax`. Each once.
 */
function groupSummaries(
  table: TableSchema,
  summarized: readonly Summarized[],
  rowsMax: number,
): SummaryGroup[] {
  const heaviest = [...summarized]
    .sort(
      (a, b) =>
        weight(b) - weight(a) ||
        (a.query.pattern.fingerprint < b.query.pattern.fingerprint ? -1 : 1),
    )
    .slice(0, SUMMARIZED_MAX);
  const groups = new Map<string, SummaryGroup>();
  const add = (group: SummaryGroup): void => {
    const name = keysOf(group);
    if ((groups.get(name)?.members.length ?? 0) < group.members.length) groups.set(name, group);
  };
  for (const seed of heaviest) {
    if (groups.has(keysOf(seed.summary))) continue;
    const narrow = collect(table, groupOf(table, seed), heaviest, null);
    add(narrow);
    add(collect(table, narrow, heaviest, rowsMax));
  }
  return [...groups.values()];
}

const weight = ({ query: { pattern } }: Summarized): number =>
  pattern.calls * Math.max(pattern.mean_ms, Number.MIN_VALUE);

/** Names of the keys, by which groups are told apart. */
function keysOf({ keys }: Pick<SummaryGroup, "keys">): string {
  return keys
    .map((key) => key.name)
    .sort()
    .join();
}

/** Queries join a group when they need no new key, or while it stays within `rowsMax` (null: not then). */
function collect(
  table: TableSchema,
  begun: SummaryGroup,
  others: readonly Summarized[],
  rowsMax: number | null,
): SummaryGroup {
  let group = begun;
  if (!isWithin(begun)) return begun;
  for (const other of others) {
    if (group.members.includes(other) || !isWithin(other.summary)) continue;
    const isSame = other.summary.keys.every((key) => isAmong(group.keys, key));
    if (!isSame && rowsMax === null) continue;
    const wider = unite(table, group, groupOf(table, other));
    const { rows } = wider;
    const mayWiden = rowsMax !== null && rows !== null && rows <= rowsMax;
    if (isWithin(wider) && hasOwnNames(wider) && (isSame || mayWiden)) group = wider;
  }
  return group;
}

const isWithin = ({ keys, measures }: Pick<SummaryGroup, "keys" | "measures">): boolean =>
  keys.length <= KEYS_MAX && measures.length <= MEASURES_MAX;

function groupOf(table: TableSchema, query: Summarized): SummaryGroup {
  const nothing = { keys: [], measures: [], members: [], rows: null };
  return unite(table, nothing, { ...nothing, ...query.summary, members: [query] });
}

function unite(table: TableSchema, a: SummaryGroup, b: SummaryGroup): SummaryGroup {
  const keys = uniteParts(a.keys, b.keys);
  return {
    keys,
    measures: uniteParts(a.measures, b.measures),
    members: [...a.members, ...b.members],
    rows: estimateSummaryRows(table, keys),
  };
}

interface NamedPart {
  name: string;
  column: string | null;
}

/** Each part once, by name. */
function uniteParts<Part extends NamedPart>(
  first: readonly Part[],
  second: readonly Part[],
): Part[] {
  return [...first, ...second.filter((part) => !isAmong(first, part))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

const isAmong = (parts: readonly NamedPart[], part: NamedPart): boolean =>
  parts.some((each) => each.name === part.name && each.column === part.column);

/** One name must not mean two things (a column `a_month` of one, the month of `a` of another). */
function hasOwnNames({ keys, measures }: SummaryGroup): boolean {
  const names = [...keys, ...measures].map((part) => part.name.toLowerCase());
  return new Set(names).size === names.length;
}

/** Of each table at most so many are offered, and so many named as left out. */
const SUMMARIES_MAX = 3;

/** Part of their time its queries save, by the estimate; 0 while its size is not known. */
export function groupGain(table: TableSchema, { rows }: SummaryGroup): number {
  return rows === null ? 0 : summaryGain(rows, table.row_count);
}

/**
 * Summaries to offer: the one that saves most of the workload's time, then the one that saves most
 * of what is left, and so on, so that all can be made together (a query reads one summary only);
 * room that remains goes to others, as alternatives. `tooLarge`: those that hold too many rows, or
 * nobody knows how many. Ties by keys.
 */
export function chooseSummaries(
  { queries }: AdviceInput,
  table: TableSchema,
  summarized: readonly Summarized[],
): { offered: SummaryGroup[]; tooLarge: SummaryGroup[] } {
  const rowsMax = table.row_count * SUMMARY_ROW_SHARE_MAX;
  const score = (group: SummaryGroup): number => {
    const members = group.members.map((member) => member.query);
    return measureUsage(queries, members).timeShare * groupGain(table, group);
  };
  const rank = (those: readonly Summarized[]): SummaryGroup[] =>
    groupSummaries(table, those, rowsMax).sort(
      (a, b) => score(b) - score(a) || (keysOf(a) < keysOf(b) ? -1 : 1),
    );
  const fits = ({ rows }: SummaryGroup): boolean => rows !== null && rows <= rowsMax;
  const ranked = rank(summarized);
  const offered: SummaryGroup[] = [];
  let left = summarized;
  let best = ranked.find(fits);
  while (best && offered.length < SUMMARIES_MAX) {
    const { members } = best;
    offered.push(best);
    left = left.filter((each) => !members.includes(each));
    best = rank(left).find(fits);
  }
  const known = new Set(offered.map(keysOf));
  const others = ranked.filter((group) => fits(group) && !known.has(keysOf(group)));
  return {
    offered: [...offered, ...others].slice(0, SUMMARIES_MAX),
    tooLarge: ranked.filter((group) => !fits(group)).slice(0, SUMMARIES_MAX),
  };
}
