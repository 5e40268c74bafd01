import type {
  Candidate,
  Factor,
  MaterializeSummaryChange,
  Risk,
  TableSchema,
} from "@/server/contracts";
import { formatCount, formatList, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import { SUMMARY_PLACEHOLDER } from "@/server/workload/shape";
import {
  affectedConsumers,
  callsText,
  frequencyText,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { SUMMARY_ROW_SHARE_MAX, SUMMARY_TABLE_ROWS_MIN } from "../../measured-facts";
import { measureUsage, type WorkloadQuery } from "../../workload-query";
import { summaryBuildMs } from "./estimate";
import type { Summarized, SummaryGroup } from "./groups";
import { chooseSummaries, groupGain } from "./groups";
import { existingSummary, summaryName } from "./summary-name";
import { refreshSummarySql } from "./summary-sql";

/**
 * Summary tables for grouped queries over one table: from single queries, and wider ones that
 * several share. Offered while the statistics tell that a summary is at most a tenth of the table.
 */
export function proposeSummaries(input: ProposeInput): Proposals {
  const taken = new Set(input.tables.map((table) => table.name.toLowerCase()));
  const proposals = subjectTables(input)
    .filter((table) => table.row_count >= SUMMARY_TABLE_ROWS_MIN)
    .map((table) => proposeFor(input, table, taken));
  return {
    candidates: proposals.flatMap((each) => each.candidates),
    excluded: proposals.flatMap((each) => each.excluded),
  };
}

function proposeFor(input: ProposeInput, table: TableSchema, taken: Set<string>): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  const held: Summarized[] = [];
  const open: Summarized[] = [];
  for (const query of input.queries) {
    if (query.summary?.table !== table.name) continue;
    const isHeld = existingSummary(table, query.summary, input.tables) !== null;
    (isHeld ? held : open).push({ query, summary: query.summary });
  }
  const draftGroup = (group: SummaryGroup) =>
    draft(input, table, group, summaryName(table, group, taken));
  const { offered, tooLarge } = chooseSummaries(input, table, open);
  for (const group of offered) {
    const { candidate, refusal, name } = draftGroup(group);
    if (refusal !== null) proposals.excluded.push({ candidate, reason: refusal });
    else proposals.candidates.push(candidate);
    taken.add(name.toLowerCase());
  }
  for (const group of [...tooLarge, ...chooseSummaries(input, table, held).offered]) {
    const reason = exclusion(input, table, group);
    proposals.excluded.push({ candidate: draftGroup(group).candidate, reason });
  }
  return proposals;
}

function exclusion(input: ProposeInput, table: TableSchema, group: SummaryGroup): string {
  const { rows, members } = group;
  const existing = new Set(
    members.map(({ summary }) => existingSummary(table, summary, input.tables)),
  );
  if (!existing.has(null)) {
    return `${formatList([...existing].map(String).sort())} can already answer this: change the queries to read it, or refresh it.`;
  }
  if (rows === null) return "Its number of rows is not known: a key has no statistics.";
  return `It would have up to ${formatCount(rows)} rows, more than ${formatPercent(SUMMARY_ROW_SHARE_MAX)} of the ${formatCount(table.row_count)} rows of ${table.name}.`;
}

const keysText = ({ keys }: SummaryGroup): string =>
  keys.length === 0 ? "in total" : `by ${formatList(keys.map((key) => key.name))}`;

function changeOf(table: TableSchema, group: SummaryGroup, name: string): MaterializeSummaryChange {
  const rewrites = group.members.map(({ query, summary }) => ({
    fingerprint: query.pattern.fingerprint,
    sql: summary.sql.replace(SUMMARY_PLACEHOLDER, () => quoteIdentifier(name)),
  }));
  return {
    kind: "materialize_summary",
    table: table.name,
    name,
    keys: group.keys,
    measures: group.measures,
    rewrites: rewrites.sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)),
  };
}

function draft(input: ProposeInput, table: TableSchema, group: SummaryGroup, name: string) {
  const change = changeOf(table, group, name);
  const { plan, refusal } = input.tryPlan(change);
  const members = group.members.map((member) => member.query);
  const usage = measureUsage(input.queries, members);
  const shapes = formatPlural(members.length, "query shape");
  const candidate: Candidate = {
    ...nameChange(change, table),
    change,
    reason: `${frequencyText(usage)} grouping of ${table.name} (${callsText(usage)}); ${shapes} can read the same result from ${rowsText(group)} instead of ${formatCount(table.row_count)}.`,
    factors: [...usageFactors(usage), reductionFactor(table, group), sizeFactor(table)],
    drawbacks: drawbacksOf(input, table, change),
    risk: riskOf(table, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: 0.8,
    estimated_gain: round(groupGain(table, group)),
    estimated_storage_overhead: storageOverhead(table, group),
  };
  return { candidate, refusal, name };
}

const rowsText = ({ rows }: SummaryGroup): string =>
  rows === null ? "an unknown number of rows" : `about ${formatPlural(rows, "row")}`;

function reductionFactor(table: TableSchema, group: SummaryGroup): Factor {
  const name = "Reduction";
  if (group.rows === null) return { name, detail: "Not known.", weight: 0 };
  const times = table.row_count / Math.max(1, group.rows);
  return {
    name,
    detail: `At most ${formatPlural(group.rows, "row")} ${keysText(group)}, by the statistics: ${formatCount(times)} times fewer than ${table.name} has.`,
    weight: round(groupGain(table, group)),
  };
}

/** 8 bytes for each key and measure of each row: assumed, not measured. */
function storageOverhead(table: TableSchema, group: SummaryGroup): number {
  const bytes = (group.rows ?? 0) * 8 * (group.keys.length + group.measures.length);
  return table.estimated_bytes === 0 ? 0 : round(bytes / table.estimated_bytes);
}

function drawbacksOf(
  { queries }: ProposeInput,
  table: TableSchema,
  change: MaterializeSummaryChange,
): string[] {
  const calls = (kinds: string[]): number =>
    queries
      .filter(({ shape }) => kinds.includes(shape.kind) && shape.tables.includes(table.name))
      .reduce((sum, query) => sum + query.pattern.calls, 0);
  const build = summaryBuildMs(table.row_count);
  const found = [
    `It does not include rows written since its last refresh; the workload has ${formatPlural(calls(["insert"]), "insert")} and ${formatPlural(calls(["update", "delete"]), "update or delete", "updates or deletes")} on ${table.name}.`,
    `A refresh reads all of ${table.name} again, about ${formatCount(build.low)} to ${formatCount(build.high)} ms as measured on 3,000,000 rows: ${refreshSummarySql(change)}`,
    "No query reads the summary by itself: the product's developers must switch each query to its new text.",
  ];
  const floats = change.measures.filter(
    ({ aggregate, column }) =>
      aggregate === "sum" &&
      table.columns.some((each) => each.name === column && /^(FLOAT|DOUBLE)$/.test(each.type)),
  );
  if (floats.length > 0) {
    const columns = formatList(floats.map((each) => each.column ?? ""));
    found.push(`Sums of ${columns} are computed in another order: their last digits may differ.`);
  }
  return found;
}

/** Risk of a table of its own: nothing that exists is changed. */
function riskOf(table: TableSchema, queries: WorkloadQuery[]): Risk {
  return {
    level: "medium",
    locks: `None on ${table.name}: it is read once (${sizeText(table)}) in one transaction; others can read and write it meanwhile.`,
    write_cost: `None: nothing is maintained when ${table.name} is written, so the summary is as old as its last refresh.`,
    reversibility:
      "DROP TABLE restores the previous state at once; queries changed to read the summary must be changed back first, or they fail.",
    blast_radius: `A new table; ${table.name} does not change. Queries that read the summary do not see rows written since its last refresh.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
