import {
  type Candidate,
  type ChangeOf,
  type ColumnSchema,
  type Factor,
  isCollated,
  type Risk,
  type TableSchema,
} from "@/server/contracts";
import { formatCount, formatList, formatPercent, formatPlural } from "@/server/format";
import {
  affectedConsumers,
  callsText,
  cardinalityText,
  frequencyText,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import { estimateIndex, type IndexEstimate, typeValues } from "../../index-estimate";
import { indexObstacle } from "../../index-use";
import type { Proposals, ProposeInput } from "../../kind-spec";
import {
  INDEX_INSERT_COST,
  INDEX_LOW_CARDINALITY_SLOWDOWN,
  INDEX_UNUSED,
  INDEX_VALUES_MIN,
  VECTOR_ROWS,
} from "../../measured-facts";
import { referencingTables } from "../../plan/table-sql";
import { isIndexed } from "../../table-schema";
import {
  filtersOn,
  isPointFilter,
  measureUsage,
  type Usage,
  type WorkloadQuery,
  writeShares,
} from "../../workload-query";

const UNINDEXABLE = /\]$|^(STRUCT|MAP|UNION|INTERVAL)\b/i;

/**
 * An index for each column that queries compare with values by = or IN. Few distinct values speak
 * against it with numbers, but do not exclude it: where data is reachable, it is measured.
 */
export function proposeIndexes(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    for (const column of input.columnsOf(table)) {
      const queries = input.queries.filter(
        (query) => filtersOn(query, table.name, column.name, isPointFilter).length > 0,
      );
      if (queries.length === 0) continue;
      const candidate = draft(input, table, column, lookUpsOf(queries, table, column));
      const reason = exclusion(table, column, candidate.refusal);
      if (reason === null) proposals.candidates.push(candidate.candidate);
      else proposals.excluded.push({ candidate: candidate.candidate, reason });
    }
  }
  return proposals;
}

/** Queries that compare a column by = or IN: those an index serves, and those it does not, by the reason. */
interface LookUps {
  served: WorkloadQuery[];
  unserved: Map<string, WorkloadQuery[]>;
}

function lookUpsOf(
  queries: readonly WorkloadQuery[],
  table: TableSchema,
  column: ColumnSchema,
): LookUps {
  const lookUps: LookUps = { served: [], unserved: new Map() };
  for (const query of queries) {
    const obstacle = indexObstacle(query, table, column.name);
    if (obstacle === null) lookUps.served.push(query);
    else lookUps.unserved.set(obstacle, [...(lookUps.unserved.get(obstacle) ?? []), query]);
  }
  return lookUps;
}

function exclusion(table: TableSchema, column: ColumnSchema, refusal: string | null) {
  if (isIndexed(table, column.name)) {
    return `${column.name} already has an index (its own, or that of a key constraint).`;
  }
  if (UNINDEXABLE.test(column.type)) {
    return `DuckDB cannot index a column of type ${column.type}.`;
  }
  // An equality over 500,000 rows with NOCASE read all of them beside an index on the column.
  if (isCollated(column.type)) {
    return `DuckDB compares ${column.name} by its collation (${column.type}), which an index does not support.`;
  }
  const values = typeValues(column.type);
  if (values !== null && values < INDEX_VALUES_MIN) {
    return `By its type, ${column.name} has ${formatPlural(values, "value")} at most: each is in too many rows for an index. On a column of 3 values we measured queries ${INDEX_LOW_CARDINALITY_SLOWDOWN} times slower.`;
  }
  // 0 rows: the size is not known.
  if (table.row_count > 0 && table.row_count <= VECTOR_ROWS) {
    return `${table.name} has ${formatPlural(table.row_count, "row")}, no more than DuckDB reads at a time (${formatCount(VECTOR_ROWS)}): an index saves nothing.`;
  }
  return refusal;
}

function draft(input: ProposeInput, table: TableSchema, column: ColumnSchema, lookUps: LookUps) {
  const { served, unserved } = lookUps;
  const queries = served.length > 0 ? served : [...unserved.values()].flat();
  const usage = measureUsage(input.queries, queries);
  const change = { kind: "add_index" as const, table: table.name, column: column.name };
  const { plan, refusal } = input.tryPlan(change);
  const known = estimateIndex(table, column);
  const estimate = served.length > 0 ? known : { ...known, ...INDEX_UNUSED };
  const against = [
    ...unservedText(column, unserved),
    ...drawbacksOf(input, table, column, estimate),
    ...consequencesOf(change, input),
  ];
  const candidate: Candidate = {
    ...nameChange(change, table),
    change,
    reason: `${frequencyText(usage)} filtering on ${column.name} (${callsText(usage)}), ${
      isIndexed(table, column.name) ? "which is indexed" : "a non-indexed column"
    } with ${cardinalityText(column)}.`,
    factors: factorsOf(input, table, column, usage, estimate),
    drawbacks: against,
    risk: riskOf(table, column.name, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: round(estimate.prior),
    estimated_gain: round(estimate.gain),
    estimated_storage_overhead: storageOverhead(table),
  };
  return { candidate, refusal };
}

/** Assumed, not measured: 16 bytes a row; 2% (the specification's figure) while the size is unknown. */
function storageOverhead(table: TableSchema): number {
  if (table.row_count === 0 || table.estimated_bytes === 0) return 0.02;
  return round((table.row_count * 16) / table.estimated_bytes);
}

function factorsOf(
  input: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  usage: Usage,
  estimate: IndexEstimate,
): Factor[] {
  const writes = writeShares(input.queries, table.name, column.name);
  const factors = [...usageFactors(usage), selectivityFactor(column, estimate), sizeFactor(table)];
  if (writes.inserts + writes.updates > 0) {
    factors.push({
      name: "Write rate",
      detail: `${formatPercent(writes.inserts)} of all calls insert into ${table.name}, ${formatPercent(writes.updates)} update ${column.name}; each maintains the index.`,
      weight: round(-Math.min(1, writes.inserts + writes.updates)),
    });
  }
  return factors;
}

function selectivityFactor(column: ColumnSchema, estimate: IndexEstimate): Factor {
  const name = "Selectivity";
  const { matches, matchesMax } = estimate;
  if (matches === null || matchesMax === null) {
    const detail = `It is not known how many rows share a value of ${column.name}: an index pays only when they are few.`;
    return { name, detail, weight: 0 };
  }
  const isServed = matches <= matchesMax;
  return {
    name,
    detail: `A value of ${column.name} matches about ${formatPlural(matches, "row")}; DuckDB uses an index up to ${formatCount(matchesMax)}.`,
    weight: isServed ? round(estimate.gain) : -1,
  };
}

function drawbacksOf(
  input: ProposeInput,
  table: TableSchema,
  column: ColumnSchema,
  { matches, matchesMax }: IndexEstimate,
): string[] {
  const found: string[] = [];
  if (matches === null || matchesMax === null) {
    found.push(
      `An index pays only when few rows share a value: on a column with 3 values we measured queries ${INDEX_LOW_CARDINALITY_SLOWDOWN} times slower. The number of values in ${column.name} is not known here.`,
    );
  } else if (matches > matchesMax) {
    found.push(
      `With ${cardinalityText(column)}, a value matches about ${formatCount(matches)} of ${formatCount(table.row_count)} rows, more than the ${formatCount(matchesMax)} up to which DuckDB uses an index. On a column with 3 values we measured queries ${INDEX_LOW_CARDINALITY_SLOWDOWN} times slower.`,
    );
  }
  const writes = writeShares(input.queries, table.name, column.name);
  if (writes.inserts > 0) {
    found.push(`Inserts of many rows took ${INDEX_INSERT_COST} times as long with one more index.`);
  }
  if (writes.updates > 0) found.push(`Updates of ${column.name} become delete and insert.`);
  return found;
}

function unservedText({ name }: ColumnSchema, unserved: LookUps["unserved"]): string[] {
  return [...unserved].map(([obstacle, queries]) => {
    const calls = queries.reduce((sum, { pattern }) => sum + pattern.calls, 0);
    const shapes = `${formatPlural(queries.length, "query shape")} (${formatPlural(calls, "call")})`;
    return `${shapes} compare ${name}, but DuckDB takes no index for them: ${obstacle}.`;
  });
}

/** What DuckDB refuses once the index is there. */
export function consequencesOf(
  { table: owner, column: name }: ChangeOf<"add_index">,
  { tables, schemaOf }: Pick<ProposeInput, "tables" | "schemaOf">,
): string[] {
  const found: string[] = [];
  const table = tables.find((each) => each.name === owner);
  if (table === undefined) return found;
  const referencing = referencingTables(tables, table.name);
  if (referencing.length > 0) {
    const names = formatList(referencing.map((each) => each.name));
    found.push(
      `A foreign key of ${names} points to ${table.name}: with the index, UPDATE of ${name} and upserts fail for rows that are referenced, because DuckDB carries them out as delete and insert.`,
    );
  } else if (table.row_count === 0 || schemaOf === "request") {
    found.push(
      `If a foreign key of another table points to ${table.name}, UPDATE of ${name} and upserts of referenced rows fail with the index.`,
    );
  }
  const others = table.indexes.length > 0 ? ", as while the other indexes do" : "";
  found.push(
    `While it exists${others}, DuckDB refuses ALTER TABLE ${table.name} RENAME, DROP COLUMN, SET NOT NULL and TYPE, also of other columns: drop the index first and create it again.`,
  );
  return found;
}

function riskOf(table: TableSchema, column: string, queries: WorkloadQuery[]): Risk {
  return {
    level: "low",
    locks: `Built over ${sizeText(table)} in one transaction. In our test other connections read and wrote ${table.name} between the build and its commit; writes during the build itself were not tested.`,
    write_cost: "Bulk inserts took about twice as long with one more index in our measurement.",
    reversibility: "DROP INDEX restores the previous state at once; no data is changed.",
    blast_radius: `Only ${table.name}. The index is held in memory; updates of ${column} become delete and insert.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
