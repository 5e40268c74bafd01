import type { Candidate, ColumnSchema, TableSchema } from "@/server/contracts";
import { kindOf } from "../change-kinds";
import { estimateIndex } from "../index-estimate";
import type { WorkloadQuery } from "../workload-query";
import { measureUsage, weightsOf, writeShares } from "../workload-query";
import { queryFeatures } from "./query-features";
import type { CandidateFeatures, TypeClass } from "./types";

/**
 * What is known of a candidate before it is measured: statistics of its column, its heaviest query,
 * its share of the workload, and the rules' own estimate. Pure; the same input gives the same answer.
 */
export function candidateFeatures(
  candidate: Candidate,
  tables: readonly TableSchema[],
  queries: readonly WorkloadQuery[],
): CandidateFeatures {
  const { change } = candidate;
  const table = tables.find(({ name }) => name === change.table) ?? unknownTable(change.table);
  const targeted = queries.filter(({ pattern }) =>
    candidate.targeted_fingerprints.includes(pattern.fingerprint),
  );
  const weights = weightsOf(queries);
  const weightOf = (query: WorkloadQuery): number => weights.get(query) ?? 0;
  const isRead = ({ shape }: WorkloadQuery): number => Number(shape.kind === "select");
  const [heaviest] = [...targeted].sort(
    (a, b) => isRead(b) - isRead(a) || weightOf(b) - weightOf(a),
  );
  const { features } = kindOf(change);
  const name = features.column(change, table, heaviest);
  const column = table.columns.find((each) => each.name === name) ?? null;
  const rows = table.row_count;
  const index = column === null ? null : estimateIndex(table, column);
  const matches = index?.matches ?? 0;
  const newRows = features.newRows(change, table);
  return {
    kind: change.kind,
    detail: features.detail(change),
    table: table.name,
    column: name,
    type: typeClass(column),
    keys: features.keyCount(change),
    rows,
    width: table.columns.length,
    distinct: column?.statistics?.distinct_count ?? 0,
    null_share: column?.statistics?.null_fraction ?? 0,
    matches,
    is_served: matches > 0 && matches <= (index?.matchesMax ?? 0),
    summary_share: rows > 0 ? (newRows ?? 0) / rows : 0,
    queries: targeted.length,
    share: Math.min(1, measureUsage(queries, targeted).timeShare),
    insert_share: Math.min(1, writeShares(queries, table.name, null).inserts),
    query: queryFeatures(heaviest, { table, column }, tables),
    prior: candidate.prior,
    estimated_gain: candidate.estimated_gain,
  };
}

function unknownTable(name: string): TableSchema {
  const nothing = { columns: [], indexes: [], constraints: [] };
  return { name, row_count: 0, estimated_bytes: 0, ...nothing };
}

const CLASSES: readonly (readonly [RegExp, TypeClass])[] = [
  [/^(VARCHAR|TEXT|CHAR|STRING)/i, "text"],
  [/^U?(TINYINT|SMALLINT|INTEGER|INT)$/i, "integer"],
  [/^U?(BIGINT|HUGEINT)$/i, "bigint"],
  [/^(DECIMAL|NUMERIC)/i, "decimal"],
  [/^(DOUBLE|FLOAT|REAL)/i, "double"],
  [/^DATE$/i, "date"],
  [/^(TIMESTAMP|DATETIME)/i, "timestamp"],
  [/^BOOL/i, "boolean"],
  [/^UUID$/i, "uuid"],
  [/^ENUM/i, "enum"],
];

function typeClass(column: ColumnSchema | null): TypeClass {
  return CLASSES.find(([form]) => form.test(column?.type ?? ""))?.[1] ?? "other";
}
