import type { Candidate, ColumnSchema, TableSchema, TargetType } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import {
  callsText,
  cardinalityText,
  frequencyText,
  round,
  sizeFactor,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import type { Proposals, ProposeInput } from "../../kind-spec";

import { typeRisk } from "../../risk";
import type { WorkloadQuery } from "../../workload-query";
import { filtersOn, measureUsage } from "../../workload-query";
import { enumType, estimateType, tighterType } from "./target-type";

/** A tighter type for each column that queries use and whose statistics (or values) allow one. */
export function proposeTypes(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    for (const column of table.columns) {
      const target =
        tighterType(table, column) ??
        enumType(column, input.distinctValues?.(table.name, column.name));
      const queries = input.queries.filter((query) => isUsed(query, table, column));
      if (target === null || queries.length === 0) continue;
      const { candidate, refusal } = draft(input, table, column, target, queries);
      const reason = refusal ?? textUse(table, column, target, queries);
      if (reason === null) proposals.candidates.push(candidate);
      else proposals.excluded.push({ candidate, reason });
    }
  }
  return proposals;
}

function isUsed({ shape }: WorkloadQuery, table: TableSchema, column: ColumnSchema): boolean {
  if (shape.kind !== "select") return false;
  const sides = shape.joins.flatMap((join) => [join.left, join.right]);
  return [...shape.filters, ...shape.groupBy, ...shape.orderBy, ...shape.projected, ...sides].some(
    (ref) => ref.table === table.name && ref.column === column.name,
  );
}

/** Text functions and patterns stop working once the column is no text; an ENUM still reads as text. */
function textUse(
  table: TableSchema,
  column: ColumnSchema,
  target: TargetType,
  queries: readonly WorkloadQuery[],
): string | null {
  if (column.type !== "VARCHAR" || target.name === "ENUM") return null;
  const textual = queries.filter(
    (query) =>
      filtersOn(
        query,
        table.name,
        column.name,
        ({ operator, wrappedBy }) =>
          operator === "like_prefix" ||
          (wrappedBy !== null && wrappedBy !== "cast" && wrappedBy !== "or"),
      ).length > 0,
  );
  if (textual.length === 0) return null;
  return `${formatPlural(textual.length, "query shape")} treat ${column.name} as text (a pattern or a text function); they would fail on ${target.name}.`;
}

function draft(
  input: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  to: TargetType,
  queries: WorkloadQuery[],
) {
  const { name } = column;
  const change = {
    kind: "change_type" as const,
    table: table.name,
    column: name,
    from: column.type,
    to,
  };
  const { plan, refusal } = input.tryPlan(change);
  const usage = measureUsage(input.queries, queries);
  const estimate = estimateType(table, column, to, queries);
  const evidence = evidenceText(column, to);
  const candidate: Candidate = {
    candidate_id: `change_type:${table.name}:${name}`,
    change,
    target: name,
    title: `Change ${table.name}.${name} from ${column.type} to ${to.name}`,
    reason: `${frequencyText(usage)} use of ${name} (${callsText(usage)}), held as ${column.type}: ${evidence}.`,
    factors: [
      ...usageFactors(usage),
      { name: "Values", detail: `${capitalize(evidence)}.`, weight: 0.5 },
      {
        name: "Expected effect",
        detail: `${capitalize(estimate.basis)}.`,
        weight: round(estimate.gain),
      },
      sizeFactor(table),
    ],
    drawbacks: drawbacksOf(input, table, column, to),
    risk: typeRisk(table, plan, name, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: estimate.prior,
    estimated_gain: estimate.gain,
    estimated_storage_overhead: 0,
  };
  return { candidate, refusal };
}

const capitalize = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function evidenceText(column: ColumnSchema, to: TargetType): string {
  if (to.name === "ENUM") {
    return `its ${formatPlural(to.values.length, "value")} are a closed list (${cardinalityText(column)} in the statistics)`;
  }
  const { min = "", max = "" } = column.statistics ?? {};
  return `its smallest value is ${min} and its largest ${max}, which ${to.name} holds`;
}

function drawbacksOf(
  { queries }: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  to: TargetType,
): string[] {
  const found: string[] = [];
  const writes = queries.filter(
    ({ shape }) =>
      shape.kind !== "select" && shape.kind !== "delete" && shape.tables.includes(table.name),
  );
  if (to.name === "ENUM") {
    found.push(
      `A value that is not among the ${to.values.length} is refused from then on; adding one is another change of type.`,
    );
  } else if (column.type === "VARCHAR") {
    found.push(
      `Only the smallest and largest values were seen; the change fails, and nothing happens, when any other is no ${to.name} or is written in another form.`,
    );
  } else {
    found.push(`Values beyond the range of ${to.name} are refused from then on.`);
    found.push("DuckDB packs integers to the bits they need already: expect little.");
  }
  if (writes.length > 0) {
    found.push(
      `${formatPlural(writes.length, "write shape")} of ${table.name} must fit the new type.`,
    );
  }
  if (table.indexes.length > 0) {
    found.push(
      `${formatPlural(table.indexes.length, "index", "indexes")} of the table are dropped and built again.`,
    );
  }
  return found;
}
