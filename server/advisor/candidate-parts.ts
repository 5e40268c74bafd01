import type { ColumnSchema, Factor, Plan, TableSchema } from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";
import type { AdviceInput } from "./kind-spec";
import { SUMMARY_PREFIX } from "./table-schema";
import type { Usage, WorkloadQuery } from "./workload-query";

/** Tables to advise on: not our own undo data or summaries, and only the one asked for. */
export function subjectTables({ tables, tableName }: AdviceInput): TableSchema[] {
  return tables.filter(
    ({ name }) =>
      !name.startsWith("_sidecar_") &&
      !name.startsWith(SUMMARY_PREFIX) &&
      (tableName === undefined || name === tableName),
  );
}

/** Rounds to a thousandth, so that answers read the same on every machine. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** How much of the workload the targeted queries are; weight 0..1 by their share of its time. */
export function usageFactors(usage: Usage): Factor[] {
  const shapes = formatPlural(usage.fingerprints.length, "query shape");
  const factors: Factor[] = [
    {
      name: "Call frequency",
      detail: `${formatPlural(usage.calls, "call")} from ${shapes}: ${formatPercent(usage.callShare)} of all observed calls.`,
      weight: round(0.5 * usage.callShare),
    },
  ];
  if (usage.isTimed) {
    factors.push({
      name: "Share of time",
      detail: `These queries take ${formatPercent(usage.timeShare)} of the observed query time.`,
      weight: round(usage.timeShare),
    });
  }
  return factors;
}

/** "High-frequency", "Moderate" or "Occasional": half, a tenth, or less of all calls. */
export function frequencyText(usage: Usage): string {
  if (usage.callShare >= 0.5) return "High-frequency";
  return usage.callShare >= 0.1 ? "Moderate" : "Occasional";
}

/** `120 calls, 73% of the workload`. */
export function callsText(usage: Usage): string {
  return `${formatPlural(usage.calls, "call")}, ${formatPercent(usage.callShare)} of the workload`;
}

export function sizeFactor(table: TableSchema): Factor {
  if (table.row_count === 0) {
    return { name: "Table size", detail: "Not known: no statistics were given.", weight: 0 };
  }
  const weight = Math.min(1, Math.log10(Math.max(1, table.row_count / 10_000)) / 3);
  const detail = `${formatPlural(table.row_count, "row")}; the larger the table, the more a scan costs.`;
  return { name: "Table size", detail, weight: round(Math.max(-0.5, weight)) };
}

export function cardinalityText(column: ColumnSchema): string {
  return column.statistics
    ? `about ${formatPlural(column.statistics.distinct_count, "distinct value")}`
    : "an unknown number of distinct values";
}

/** Everything that reads or writes the table: those who notice a mistake or a lock. */
export function affectedConsumers(queries: readonly WorkloadQuery[], table: string): string[] {
  const using = queries.filter((query) => query.shape.tables.includes(table));
  const kinds = ["select", "insert", "update", "delete"] as const;
  return kinds.flatMap((kind) => {
    const those = using.filter((query) => query.shape.kind === kind);
    if (those.length === 0) return [];
    const calls = those.reduce((sum, query) => sum + query.pattern.calls, 0);
    const noun = formatPlural(those.length, `${kind} query shape`);
    return [`${noun} on ${table} (${formatPlural(calls, "call")})`];
  });
}

/** The table's size as a risk names it. */
export const sizeText = (table: TableSchema): string =>
  table.row_count > 0 ? formatPlural(table.row_count, "row") : "an unknown number of rows";

/** The plan rewrites the table's rows. */
export const isRebuilt = (plan: Plan): boolean =>
  plan.statements.some((sql) => sql.startsWith("DROP TABLE"));

/** Where a table is rewritten, comments are lost unless the product reports them. */
export function commentLoss(table: TableSchema): string {
  return table.comment === undefined
    ? " Comments on the table and its columns are not known here and would be lost."
    : "";
}
