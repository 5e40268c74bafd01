import type {
  Candidate,
  ColumnSchema,
  Plan,
  Risk,
  TableSchema,
  TargetType,
} from "@/server/contracts";
import { formatList, formatPlural } from "@/server/format";
import type { ColumnRef } from "@/server/workload/shape";
import {
  affectedConsumers,
  callsText,
  cardinalityText,
  commentLoss,
  frequencyText,
  isRebuilt,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { defaultText } from "../../plan/default-value";
import { joinPartners } from "../../shape-index";
import type { WorkloadQuery } from "../../workload-query";
import { filtersOn, measureUsage, readsColumn, writesTo } from "../../workload-query";
import { consequencesOf } from "./stored-otherwise";
import { enumType, estimateType, tighterType } from "./target-type";

/** A tighter type for each column that queries use and whose statistics (or values) allow one. */
export function proposeTypes(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    for (const column of input.columnsOf(table)) {
      const target =
        tighterType(table, column) ??
        enumType(column, input.distinctValues?.(table.name, column.name));
      const queries = input.queries.filter((query) => readsColumn(query, table.name, column.name));
      if (target === null || queries.length === 0) continue;
      const { candidate, refusal } = draft(input, table, column, target, queries);
      const reason =
        refusal ?? computedDefault(column, target) ?? textUse(table, column, target, queries);
      if (reason === null) proposals.candidates.push(candidate);
      else proposals.excluded.push({ candidate, reason });
    }
  }
  return proposals;
}

/** A value computed for each row may be outside the list, and fail the insert. */
function computedDefault({ name, default_sql }: ColumnSchema, target: TargetType): string | null {
  if (target.name !== "ENUM" || defaultText(default_sql) !== undefined) return null;
  return `The default of ${name} is computed (${default_sql}): it may be a value outside the list.`;
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
  return `${formatPlural(textual.length, "query shape")} treat ${column.name} as text (a pattern or a text function) and would fail on ${target.name}.`;
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
    ...nameChange(change, table),
    change,
    reason: `${frequencyText(usage)} use of ${name} (${callsText(usage)}), stored as ${column.type}: ${evidence}.`,
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
    drawbacks: [
      ...drawbacksOf(input, table, column, to),
      ...oddTexts(table, column, to, queries),
      ...oddPartners(input, table, column, to),
      ...consequencesOf(change, input),
    ],
    risk: riskOf(table, plan, name, input.queries),
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
    return `its ${formatPlural(to.values.length, "value")} form a closed list (${cardinalityText(column)} in the statistics)`;
  }
  const { min = "", max = "" } = column.statistics ?? {};
  return `its smallest value is ${min} and its largest ${max}, which fit ${to.name}`;
}

function drawbacksOf(
  { queries }: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  to: TargetType,
): string[] {
  const found: string[] = [];
  const writes = queries.filter(
    (query) => query.shape.kind !== "delete" && writesTo(query, table.name),
  );
  if (to.name === "ENUM") {
    found.push(
      `Any value outside these ${to.values.length} is rejected from then on; adding one needs another type change.`,
    );
  } else if (column.type === "VARCHAR") {
    found.push(
      `Only the smallest and largest values were seen: the change fails without effect if any other value is not a ${to.name} or is written in another form.`,
    );
  } else {
    found.push(`Values outside the range of ${to.name} are rejected from then on.`);
    found.push(
      `Arithmetic with literals is then done in ${to.name}, and may overflow: 1000 * 1000 of a SMALLINT does.`,
    );
    found.push("DuckDB already packs integers to the bits they need: expect little.");
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

/** What is compared with a column is cast to its type: of a text that is no such value, an error. */
function oddTexts(
  table: TableSchema,
  column: ColumnSchema,
  to: TargetType,
  queries: readonly WorkloadQuery[],
): string[] {
  if (!column.type.startsWith("VARCHAR") || to.name === "ENUM") return [];
  const comparing = queries.filter(
    (query) =>
      filtersOn(query, table.name, column.name, ({ operator }) => operator !== "null_check")
        .length > 0,
  );
  if (comparing.length === 0) {
    return [
      `A query that compares ${column.name} with a text that is no ${to.name}, and finds nothing today, fails from then on.`,
    ];
  }
  const forms =
    to.name === "UUID"
      ? " An id in capitals, which finds nothing today, then finds its row."
      : " A value in another form, which finds nothing today, then finds its rows.";
  return [
    `${formatPlural(comparing.length, "query shape")} compare ${column.name} with a value: with a text that is no ${to.name} ('undefined', an empty text) they find nothing today, and fail from then on.${forms}`,
  ];
}

/** A text column that is joined with it is cast too. */
function oddPartners(
  { tables, queries }: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  to: TargetType,
): string[] {
  if (!column.type.startsWith("VARCHAR") || to.name === "ENUM") return [];
  const isHere = (ref: ColumnRef) => ref.table === table.name && ref.column === column.name;
  const isText = (ref: ColumnRef) =>
    tables
      .find(({ name }) => name === ref.table)
      ?.columns.find(({ name }) => name === ref.column)
      ?.type.startsWith("VARCHAR");
  const joined = queries.flatMap(({ shape }) =>
    joinPartners(shape, { table: table.name, column: column.name }),
  );
  const partners = new Map(joined.map((ref) => [`${ref.table}.${ref.column}`, ref]));
  const names = [...partners]
    .filter(([, ref]) => !isHere(ref) && isText(ref))
    .map(([name]) => name)
    .sort();
  if (names.length === 0) return [];
  return [
    `Queries join ${column.name} with ${formatList(names)}, which ${names.length === 1 ? "stays a text" : "stay texts"}: DuckDB then casts each of them to ${to.name}, and the queries fail for one that is no ${to.name}. Change both, or neither.`,
  ];
}

function riskOf(table: TableSchema, plan: Plan, column: string, queries: WorkloadQuery[]): Risk {
  return {
    level: "high",
    locks: `All values of ${table.name}.${column} are converted in one transaction (${sizeText(table)}): meanwhile, writes to the table by others fail with a conflict and must be repeated.`,
    write_cost:
      "Each inserted value is checked against the new type; indexes of the table are rebuilt.",
    reversibility:
      "Rows that are there can be reverted exactly: the transaction fails if a value would not convert back to what it was.",
    blast_radius: `Every reader and writer of ${column}: a value that does not fit the new type is rejected, and clients receive another type.${isRebuilt(plan) ? commentLoss(table) : ""}`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
