import type {
  Candidate,
  ChangeOf,
  ColumnSchema,
  IndexSchema,
  Risk,
  TableSchema,
} from "@/server/contracts";
import { formatCount, formatList, formatPlural } from "@/server/format";
import type { QueryShape } from "@/server/workload/shape";
import {
  affectedConsumers,
  cardinalityText,
  round,
  sizeFactor,
  sizeText,
  subjectTables,
  usageFactors,
} from "../../candidate-parts";
import { nameChange } from "../../change-names";
import { estimateIndex } from "../../index-estimate";
import type { Proposals, ProposeInput } from "../../kind-spec";
import { INDEX_INSERT_COST, INDEX_LOW_CARDINALITY_SLOWDOWN } from "../../measured-facts";
import { referencingTables } from "../../plan/table-sql";
import { remember } from "../../remember";
import { findColumn, isIndexed, isUnmanaged } from "../../table-schema";
import type { WorkloadQuery } from "../../workload-query";
import { filtersOn, isPointFilter, measureUsage, weightsOf, writesTo } from "../../workload-query";

const CALLS_MIN = 1000;
const HOURS_MIN = 24;

const NOT_ALL_QUERIES =
  "Only the queries of the request were considered: others of the product may use it. Ask without query patterns to consider all observed queries.";

/** Why an index does no good, and which queries it hurts. */
interface Case {
  why: string;
  hurt: WorkloadQuery[];
  /** Share of the hurt queries' time that its removal should save. */
  gain: number;
  /** Convention: surest where we measured that queries are slower with it. */
  prior: number;
}

/**
 * Indexes to drop: those no query was seen to use, those on so few values that queries are slower
 * with them, and those that stand in the way of another index. None by the queries of a request: that
 * they do without an index says nothing of the rest, and no proof replays what would lose. Only plain, non-unique secondary
 * indexes whose statement is known: a UNIQUE one is a rule about the data, and DuckDB lists no index that a constraint owns.
 */
export function proposeDrops(input: ProposeInput): Proposals {
  const proposals: Proposals = { candidates: [], excluded: [] };
  for (const table of subjectTables(input)) {
    for (const index of table.indexes) {
      const isKnown = (name: string) => findColumn(table, name) !== undefined;
      const isPlain = index.columns.length > 0 && index.columns.every(isKnown);
      if (index.is_unique || isUnmanaged(index) || !isPlain) continue;
      const found = caseAgainst(input.queries, table, index);
      if (found === null) continue;
      const { candidate, refusal } = draft(input, table, index, found);
      const reason = refusal ?? (input.workloadOf === "request" ? NOT_ALL_QUERIES : null);
      if (reason === null) proposals.candidates.push(candidate);
      else proposals.excluded.push({ candidate, reason });
    }
  }
  return proposals;
}

function caseAgainst(
  queries: readonly WorkloadQuery[],
  table: TableSchema,
  index: IndexSchema,
): Case | null {
  const [name = "", ...others] = index.columns;
  const column = table.columns.find((each) => each.name === name);
  if (others.length > 0) {
    const why = `DuckDB uses no index over several columns (${index.columns.join(", ")}) for look-ups`;
    return { why, hurt: [], gain: 0, prior: 0.3 };
  }
  if (queries.some((query) => mayUseUnseen(query, table, name))) return null;
  const using = queries.filter(
    (query) => filtersOn(query, table.name, name, isPointFilter).length > 0,
  );
  if (using.length === 0 || !column) {
    const why = `no observed query filters ${name} by = or IN, which is all an index serves`;
    return { why, hurt: [], gain: 0, prior: 0.3 };
  }
  return tooFewValues(table, column, using) ?? inTheWay(table, column, using);
}

/**
 * Does a query perhaps look rows up by the column where no filter tells? What cannot be parsed may, by
 * its words from WHERE on: CREATE TABLE of a SELECT, or a write (UPDATE and DELETE take 3.3 → 0.45 ms and
 * 3.1 → 0.27 ms by an index, of 3 M rows). So may a query of `name.table`: what
 * stands before may be the product's own catalog.
 */
function mayUseUnseen({ shape }: WorkloadQuery, table: TableSchema, column: string): boolean {
  const name = column.toLowerCase();
  if (!shape.isParsed) {
    const names = wordsOf(shape);
    const where = names.indexOf("where");
    return where >= 0 && names.includes(table.name.toLowerCase()) && names.includes(name, where);
  }
  return shape.filters.some(
    (filter) => filter.table.endsWith(`.${table.name}`) && filter.column.toLowerCase() === name,
  );
}

/** Words of a text, lower case: each index of a product asks for them. */
const wordsOf = remember((shape: QueryShape): string[] => {
  const found = shape.sql.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{M}\p{N}_$]*/gu) ?? [];
  return found.map((word) => word.replace(/^"|"$/g, "").replaceAll('""', '"').toLowerCase());
});

function tooFewValues(table: TableSchema, column: ColumnSchema, hurt: WorkloadQuery[]) {
  const { matches, matchesMax } = estimateIndex(table, column);
  if (matches === null || matchesMax === null || matches <= matchesMax) return null;
  const why = `with ${cardinalityText(column)}, one value of ${column.name} is about ${formatCount(matches)} rows, more than the ${formatCount(matchesMax)} up to which DuckDB reads through an index; on a column with 3 values queries took ${INDEX_LOW_CARDINALITY_SLOWDOWN} times as long with one`;
  return { why, hurt, gain: 1 - 1 / INDEX_LOW_CARDINALITY_SLOWDOWN, prior: 0.6 };
}

/** Every query on the column also compares a more selective indexed one: DuckDB then uses neither. */
function inTheWay(table: TableSchema, column: ColumnSchema, hurt: WorkloadQuery[]): Case | null {
  const values = ({ statistics }: ColumnSchema): number => statistics?.distinct_count ?? 0;
  const better = table.columns.find(
    (other) =>
      other !== column &&
      isIndexed(table, other.name) &&
      values(other) > values(column) &&
      hurt.every((query) => filtersOn(query, table.name, other.name, isPointFilter).length > 0),
  );
  if (!better) return null;
  const why = `every query that filters on ${column.name} also filters on ${better.name}, which has an index and more values; DuckDB uses neither of two indexes (duckdb issue 24111)`;
  return { why, hurt, gain: estimateIndex(table, better).gain, prior: 0.4 };
}

function draft(input: ProposeInput, table: TableSchema, index: IndexSchema, found: Case) {
  const change = { kind: "drop_index" as const, table: table.name, index: index.name };
  const { plan, refusal } = input.tryPlan(change);
  const writes = input.queries.filter(
    (query) => writesTo(query, table.name) && /^(insert|update)$/.test(query.shape.kind),
  );
  const usage = measureUsage(input.queries, [...new Set([...found.hurt, ...writes])]);
  const target = index.columns.join(", ");
  const candidate: Candidate = {
    ...nameChange(change, table),
    change,
    reason: `The index ${index.name} on ${target} costs ${writes.length > 0 ? "every insert, and memory" : "memory"}, but ${found.why}.`,
    factors: [...usageFactors(usage), writeFactor(table, writes), sizeFactor(table)],
    drawbacks: [...drawbacksOf(input, table, found, writes), ...consequencesOf(change, input)],
    risk: riskOf(table, index.name, input.queries),
    plan,
    targeted_fingerprints: usage.fingerprints,
    prior: found.prior,
    estimated_gain: round(estimateGain(input, found, writes)),
    estimated_storage_overhead:
      table.estimated_bytes > 0 ? round((-16 * table.row_count) / table.estimated_bytes) : 0,
  };
  return { candidate, refusal };
}

/** Mean share of time saved over hurt queries and writes, by their weight. */
function estimateGain(input: ProposeInput, found: Case, writes: WorkloadQuery[]): number {
  const weights = weightsOf(input.queries);
  const sum = (list: WorkloadQuery[]): number =>
    list.reduce((total, query) => total + (weights.get(query) ?? 0), 0);
  const [hurt, written] = [sum(found.hurt), sum(writes)];
  if (hurt + written === 0) return 0;
  return (hurt * found.gain + written * (1 - 1 / INDEX_INSERT_COST)) / (hurt + written);
}

function writeFactor(table: TableSchema, writes: WorkloadQuery[]) {
  const calls = writes.reduce((sum, query) => sum + query.pattern.calls, 0);
  const detail =
    calls > 0
      ? `${formatPlural(calls, "insert or update", "inserts and updates")} of ${table.name} maintained the index. With one more index we measured 13 → 24 ms for 1,000 rows, 52 → 193 ms for 20,000.`
      : `No insert or update of ${table.name} was observed: only memory and storage are saved.`;
  return { name: "Write cost", detail, weight: calls > 0 ? 0.5 : 0 };
}

function drawbacksOf(
  { queries }: ProposeInput,
  table: TableSchema,
  found: Case,
  writes: WorkloadQuery[],
): string[] {
  const those = queries.filter((query) => query.shape.tables.includes(table.name));
  const calls = those.reduce((sum, query) => sum + query.pattern.calls, 0);
  const times = those.flatMap(({ pattern }) => [pattern.first_seen, pattern.last_seen]).sort();
  const hours = (Date.parse(times.at(-1) ?? "") - Date.parse(times[0] ?? "")) / 3_600_000;
  const against = ["A query that was not observed (a monthly one, say) may need the index."];
  if (calls < CALLS_MIN) {
    against.push(
      `Only ${formatPlural(calls, "call")} on ${table.name} ${calls === 1 ? "was" : "were"} observed.`,
    );
  }
  if (!(hours >= HOURS_MIN)) {
    against.push(
      `${table.name} was observed for ${formatPlural(Math.round(hours || 0), "hour")} only.`,
    );
  }
  const opaque = those.filter(({ shape }) => !shape.isParsed && shape.kind === "select").length;
  if (opaque > 0) {
    against.push(`${formatPlural(opaque, "query shape")} could not be parsed and may use it.`);
  }
  if (found.hurt.length === 0 && writes.length === 0) {
    against.push("No query or write is expected to become faster: it only frees memory.");
  }
  return against;
}

/** What DuckDB refuses because of the index, and no longer without it. */
export function consequencesOf(
  { table: name, index: dropped }: ChangeOf<"drop_index">,
  { tables }: Pick<ProposeInput, "tables">,
): string[] {
  const table = tables.find((each) => each.name === name);
  const index = table?.indexes.find((each) => each.name === dropped);
  if (table === undefined || index === undefined) return [];
  const columns = index.columns.join(", ");
  const found: string[] = [];
  if (index.is_unique) {
    found.push(
      `${index.name} is unique: without it, a second row with the same ${columns} is no longer refused, and what relies on that (an INSERT that may fail, ON CONFLICT, MERGE) ends otherwise.`,
    );
  }
  const referencing = referencingTables(tables, table.name);
  if (referencing.length > 0) {
    const names = formatList(referencing.map((each) => each.name));
    found.push(
      `A foreign key of ${names} points to ${table.name}: with the index, updates of ${columns} (also by ON CONFLICT and MERGE) are refused for rows that are referenced, because DuckDB carries them out as delete and insert; without it they succeed.`,
    );
  }
  return found;
}

function riskOf(table: TableSchema, index: string, queries: WorkloadQuery[]): Risk {
  return {
    level: "low",
    locks: "Takes effect when the transaction ends; no data is read or written.",
    write_cost: "None: inserts and updates become cheaper.",
    reversibility: `The rollback builds ${index} again from its own statement, over ${sizeText(table)}.`,
    blast_radius: `Only ${table.name}. Queries that used the index scan the table instead.`,
    affected_consumers: affectedConsumers(queries, table.name),
  };
}
