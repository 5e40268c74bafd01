import type { TableSchema } from "@/server/contracts";
import { summaryGain } from "../estimate/summary-gain";
import { SUMMARY_ROW_SHARE_MAX } from "../facts";
import type { AdviceInput } from "../types";
import { measureUsage } from "../usage";
import { groupSummaries, keysOf, type Summarized, type SummaryGroup } from "./summary-groups";

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
