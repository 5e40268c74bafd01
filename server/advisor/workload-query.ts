import {
  type JsonScalar,
  PRODUCT_SCHEMA,
  type TableSchema,
  type WorkloadPattern,
} from "@/server/contracts";
import {
  type DescribedText,
  describeText,
  type FilterFeature,
  type ParameterSource,
  parameterValues,
  type QueryRewriteOption,
  type QueryShape,
  type QuerySummary,
  type ShapeParser,
  type TextDescription,
  type Views,
} from "@/server/workload/shape";
import { remember } from "./remember";
import { columnFilters, columnNames, projectsColumn } from "./shape-index";

/** A query shape with what was counted of it and what the parser saw in it. */
export interface WorkloadQuery {
  pattern: WorkloadPattern;
  shape: QueryShape;
  /**
   * Where the shape's parameters come from in the pattern's text, which may number or name them in its
   * own way, or hold literals; left out: the numbers are the same.
   */
  parameters?: ParameterSource[];
  /** A text of the shape as the product sent it, all literals, and its values of the shape's $1..$n. */
  asSent?: { sql: string; values: JsonScalar[] };
  /** Other texts that should answer the same, by rule. */
  rewrites?: QueryRewriteOption[];
  /** What a summary table would have to hold to answer it; null when none could. */
  summary?: QuerySummary | null;
}

/** All the advisor needs to know of one observed query, read by DuckDB's own parser. */
export async function describeQuery(
  parser: ShapeParser,
  pattern: WorkloadPattern,
  tables: TableSchema[],
  views: Views = [],
): Promise<WorkloadQuery> {
  const context = { tables, schema: PRODUCT_SCHEMA, views };
  return toWorkloadQuery(pattern, await describeText(parser, textsOf(pattern), context));
}

/** What is to be read of a pattern. */
export const textsOf = ({ sql, example_sql: example }: WorkloadPattern): DescribedText =>
  example === undefined ? { sql } : { sql, example };

/** A pattern with what was read of its texts. */
export function toWorkloadQuery(pattern: WorkloadPattern, read: TextDescription): WorkloadQuery {
  const { normalized, shape, rewrites, summary } = read;
  const asSent = readExample(pattern, read);
  return {
    ...{ pattern, shape, parameters: normalized.parameters, rewrites, summary },
    ...(asSent ? { asSent } : {}),
  };
}

/**
 * The text to show beside a rewritten one: the product's own, unless its parameters have other numbers
 * there than in the shape, of which every rewrite is made.
 */
export function shownSql({ pattern, shape, parameters = [] }: WorkloadQuery): string {
  const isSame = parameters.every(
    (one, index) => one.from === "parameter" && one.index === index + 1,
  );
  return isSame ? pattern.sql : shape.sql;
}

/** The example a product sent beside its shape; null where it is none of that shape. */
function readExample(
  { example_sql: sql }: WorkloadPattern,
  { example, shape }: TextDescription,
): WorkloadQuery["asSent"] | null {
  if (sql === undefined || !example?.isParsed) return null;
  if (example.fingerprint !== shape.fingerprint) return null;
  const values = parameterValues(example.parameters, []);
  return values && { sql, values };
}

/**
 * The pattern's parameter samples as values of the shape's $1..$n, newest last. Of a text whose only
 * parameters are its literals there is one. A sample that lacks a value is left out.
 */
export const sampleValues = remember((query: WorkloadQuery): readonly JsonScalar[][] => {
  const { pattern, shape, parameters } = query;
  const samples = pattern.parameter_samples ?? [];
  if (parameters === undefined) {
    return samples.filter((sample) => sample.length === shape.parameterCount);
  }
  const count = Math.max(0, ...parameters.map((one) => (one.from === "parameter" ? one.index : 0)));
  const fitting = samples.filter((sample) => sample.length === count);
  const sent = count === 0 && fitting.length === 0 ? [[]] : fitting;
  return sent.flatMap((sample) => {
    const values = parameterValues(parameters, sample);
    return values === null ? [] : [values];
  });
});

/** Queries that touch a column in one way, and their weight in the whole workload. */
export interface Usage {
  queries: WorkloadQuery[];
  fingerprints: string[];
  calls: number;
  callShare: number;
  /** Share of the workload's time; of its calls while no latency is known. */
  timeShare: number;
  isTimed: boolean;
}

/** A shape with what was counted of it, whatever was read of its text. */
type Counted = Pick<WorkloadQuery, "pattern">;

/** Calls × mean latency; calls alone while the workload has no latencies at all. */
function weightOf({ pattern }: Counted, isTimed: boolean): number {
  return isTimed ? pattern.calls * pattern.mean_ms : pattern.calls;
}

interface Totals {
  isTimed: boolean;
  calls: number;
  weight: number;
}

/** Of a whole workload, which does not change: asked for each candidate. */
const totalsOf = remember((all: readonly Counted[]): Totals => {
  const isTimed = all.some(({ pattern }) => pattern.mean_ms > 0);
  const calls = all.reduce((sum, { pattern }) => sum + pattern.calls, 0);
  const weight = all.reduce((sum, query) => sum + weightOf(query, isTimed), 0);
  return { isTimed, calls, weight };
});

export function measureUsage(all: readonly WorkloadQuery[], queries: WorkloadQuery[]): Usage {
  const total = totalsOf(all);
  const { isTimed } = total;
  const calls = queries.reduce((sum, { pattern }) => sum + pattern.calls, 0);
  const weight = queries.reduce((sum, query) => sum + weightOf(query, isTimed), 0);
  return {
    queries,
    fingerprints: [...new Set(queries.map((query) => query.pattern.fingerprint))].sort(),
    calls,
    callShare: total.calls > 0 ? calls / total.calls : 0,
    timeShare: total.weight > 0 ? weight / total.weight : 0,
    isTimed,
  };
}

/** Share of each query in the whole workload, by time; by calls while no latency is known. */
export function weightsOf<Query extends Counted>(all: readonly Query[]): Map<Query, number> {
  const { isTimed, weight: total } = totalsOf(all);
  return new Map(all.map((query) => [query, total > 0 ? weightOf(query, isTimed) / total : 0]));
}

/** Queries by their share of the workload (see weightsOf), most first, ties by fingerprint. */
export function heaviestFirst<Query extends Counted>(all: readonly Query[]): Query[] {
  const weights = weightsOf(all);
  const weigh = (query: Query): number => weights.get(query) ?? 0;
  return [...all].sort(
    (a, b) => weigh(b) - weigh(a) || (a.pattern.fingerprint < b.pattern.fingerprint ? -1 : 1),
  );
}

/** Tables that queries read or write, by the share of these queries, most first, ties by name. */
export function tablesByWeight(all: readonly WorkloadQuery[]): string[] {
  const weights = new Map<string, number>();
  for (const [{ shape }, weight] of weightsOf(all)) {
    for (const table of shape.tables) weights.set(table, (weights.get(table) ?? 0) + weight);
  }
  return [...weights]
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .map(([table]) => table);
}

/** Filters of a query on one column that pass a test. */
export function filtersOn(
  query: WorkloadQuery,
  table: string,
  column: string,
  accepts: (filter: FilterFeature) => boolean = () => true,
): FilterFeature[] {
  return columnFilters(query.shape, { table, column }).filter(accepts);
}

/** Equality or IN against values, column alone: what an index can serve. */
export const isPointFilter = (filter: FilterFeature): boolean =>
  filter.wrappedBy === null && (filter.operator === "equals" || filter.operator === "in");

/** Does the query name the column where it reads it? One that selects `*` reads the others as well. */
export function readsColumn({ shape }: WorkloadQuery, table: string, column: string): boolean {
  return shape.kind === "select" && columnNames(shape, table).has(column);
}

/** What zone maps can serve: bounds, or a prefix, on the column alone. */
export const isRangeFilter = (filter: FilterFeature): boolean =>
  filter.wrappedBy === null && (filter.operator === "range" || filter.operator === "like_prefix");

/** Does the query write to the table? It may read others. */
export const writesTo = ({ shape }: WorkloadQuery, table: string): boolean =>
  shape.kind !== "select" && (shape.target ?? shape.tables[0]) === table;

/** Does a write give the column another value: an update, an upsert or a MERGE? */
export const assignsColumn = ({ shape }: WorkloadQuery, table: string, column: string): boolean =>
  shape.kind !== "select" && projectsColumn(shape, { table, column });

/**
 * A write that finds the rows it changes: replayed and timed like a query. What only inserts is not; its
 * time is that of measured inserts.
 */
export const isTimedWrite = ({ shape }: Pick<WorkloadQuery, "shape">): boolean =>
  shape.kind === "update" ||
  shape.kind === "delete" ||
  (shape.kind === "insert" && shape.projected.length > 0);

/** Writes to a table as shares of all calls; updates that assign the column apart. */
export function writeShares(
  all: readonly WorkloadQuery[],
  table: string,
  column: string | null,
): { inserts: number; updates: number } {
  const writes = all.filter((query) => writesTo(query, table));
  const inserts = writes.filter((query) => query.shape.kind === "insert");
  const assigns = (query: WorkloadQuery): boolean =>
    column === null || assignsColumn(query, table, column);
  const updates = writes.filter((query) => query.shape.kind === "update" && assigns(query));
  return {
    inserts: measureUsage(all, inserts).callShare,
    updates: measureUsage(all, updates).callShare,
  };
}

/**
 * Share (0..1) of the workload's time that inserts into a table take, upserts left out; of its calls while no latency
 * is known.
 */
export function insertTimeShare(all: readonly WorkloadQuery[], table: string): number {
  const inserts = all.filter(
    (query) => query.shape.kind === "insert" && !isTimedWrite(query) && writesTo(query, table),
  );
  return measureUsage(all, inserts).timeShare;
}
