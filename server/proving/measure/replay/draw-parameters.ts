import type { Json } from "@duckdb/node-api";
import { sampleValues, type WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { createRandom, deriveSeed } from "@/server/statistics";
import type { FilterFeature, FilterOperator, QueryShape } from "@/server/workload/shape";
import type { Session } from "../shadow";

/** Parameter sets a query is replayed with; pairs take them in turn. */
const SETS_MAX = 8;
/** Rows from which range ends are taken as quantiles. */
const RANGE_SAMPLE_ROWS = 5000;
/** Share of the rows between the drawn ends of a range: a report over a month or so. */
const RANGE_WIDTH = 0.03;
const PREFIX_LENGTH = 4;
/** A page where the query's LIMIT is not known. */
const PAGE_ROWS = 100;

export type ParameterSets =
  | {
      sets: JsonScalar[][];
      /** Parameters (from 1) whose values were drawn from rows of the shadow. */
      drawn: number[];
    }
  | { why: string };

/**
 * Parameter sets to replay a query with: the product's own latest ones where it sent them,
 * else values drawn from the data with the seed: equalities take existing rows (all columns of a
 * table from the same row, so that something is found), ranges take quantiles, OFFSET the first pages.
 * What stands in the text as a literal keeps its value.
 */
export async function drawParameters(
  session: Session,
  query: WorkloadQuery,
  seed: number,
): Promise<ParameterSets> {
  const { shape } = query;
  if (shape.parameterCount === 0) return { sets: [[]], drawn: [] };
  const sent = distinctSets(sampleValues(query));
  if (sent.length > 0) return { sets: sent.slice(-SETS_MAX), drawn: [] };
  const slots = parameterSlots(query);
  const unknown = slots.indexOf(null);
  if (unknown >= 0) {
    return {
      why: `parameter $${unknown + 1} is not compared with a plain column, so no value can be drawn`,
    };
  }
  return drawFromData(
    session,
    shape,
    slots.filter((slot) => slot !== null),
    seed,
  );
}

async function drawFromData(
  session: Session,
  shape: QueryShape,
  slots: ParameterSlot[],
  seed: number,
): Promise<ParameterSets> {
  const random = createRandom(deriveSeed(seed, shape.fingerprint));
  const samples = new Map<string, TableSample>();
  const drawn = slots.flatMap((slot) => ("column" in slot ? [slot] : []));
  for (const table of new Set(drawn.map((slot) => slot.table))) {
    const columns = [...new Set(drawn.filter((s) => s.table === table).map((s) => s.column))];
    const sample = await sampleRows(session, table, columns, deriveSeed(seed, table));
    if (sample.rows.length === 0) return { why: `table ${table} has no rows to draw from` };
    samples.set(table, sample);
  }
  const sets = Array.from({ length: SETS_MAX }, (_, set) => {
    const values = drawSet(drawn, samples, random);
    const page = set * (shape.limit ?? PAGE_ROWS);
    return slots.map((slot) => {
      if ("column" in slot) return values.shift() ?? null;
      return "value" in slot ? slot.value : page;
    });
  });
  const numbers = slots.flatMap((slot, index) => ("column" in slot ? [index + 1] : []));
  return { sets: distinctSets(sets), drawn: numbers };
}

interface TableSample {
  columns: string[];
  rows: Json[][];
  sorted: Map<string, Json[]>;
}

async function sampleRows(
  session: Session,
  table: string,
  columns: string[],
  seed: number,
): Promise<TableSample> {
  const names = columns.map(quoteIdentifier).join(", ");
  const filled = columns.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(" AND ");
  const source = `SELECT ${names} FROM ${quoteIdentifier(table)} WHERE ${filled}`;
  const sample = `(SELECT * FROM (${source}) USING SAMPLE reservoir(${RANGE_SAMPLE_ROWS} ROWS) REPEATABLE (${seed >>> 1}))`;
  const rows = await session.rows(`SELECT * FROM ${sample}`);
  const sorted = new Map<string, Json[]>();
  for (const column of columns) {
    const name = quoteIdentifier(column);
    const ordered = await session.rows(`SELECT ${name} FROM ${sample} ORDER BY 1`);
    sorted.set(
      column,
      ordered.map((row) => row[0] ?? null),
    );
  }
  return { columns, rows, sorted };
}

function drawSet(
  slots: ColumnSlot[],
  samples: Map<string, TableSample>,
  random: () => number,
): JsonScalar[] {
  const picked = new Map<string, Json[]>();
  const position = random() * (1 - RANGE_WIDTH);
  return slots.map((slot) => {
    const sample = samples.get(slot.table);
    if (sample === undefined) return null;
    if (slot.operator === "range") return toScalar(rangeValue(slot, slots, sample, position));
    // IN takes another row for each value; equalities of a table share one row.
    const row = slot.operator === "in" ? undefined : picked.get(slot.table);
    const chosen = row ?? sample.rows[Math.floor(random() * sample.rows.length)] ?? [];
    if (slot.operator !== "in") picked.set(slot.table, chosen);
    const value = toScalar(chosen[sample.columns.indexOf(slot.column)] ?? null);
    if (slot.operator !== "like_prefix") return value;
    // Bare: `starts_with(name, $1)` takes no wildcard, and `LIKE $1 || '%'` has its own.
    return String(value).slice(0, PREFIX_LENGTH);
  });
}

/** A closed range is a window at a drawn position; an open one keeps the last (first) rows. */
function rangeValue(
  slot: ColumnSlot,
  slots: ColumnSlot[],
  sample: TableSample,
  position: number,
): Json {
  const hasBothEnds = slots.some(
    (other) => other.table === slot.table && other.column === slot.column && other.end !== slot.end,
  );
  const open =
    slot.end === "lower" ? 1 - RANGE_WIDTH * (1 + position) : RANGE_WIDTH * (1 + position);
  const closed = slot.end === "lower" ? position : position + RANGE_WIDTH;
  const values = sample.sorted.get(slot.column) ?? [];
  return values[Math.floor((hasBothEnds ? closed : open) * (values.length - 1))] ?? null;
}

function toScalar(value: Json): JsonScalar {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}

function distinctSets(sets: readonly JsonScalar[][]): JsonScalar[][] {
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()];
}

/** A parameter that is compared with a column, and which end of a range it is. */
interface ColumnSlot {
  table: string;
  column: string;
  operator: FilterOperator;
  end: "lower" | "upper" | null;
}

/** Where one parameter stands: beside a column, as the OFFSET of a page, or as a literal in the text. */
type ParameterSlot = ColumnSlot | { value: JsonScalar } | { isOffset: true };

/**
 * The slot of every parameter, in order; null for one whose column is not known or is wrapped in
 * a function: no value can be drawn for it.
 */
function parameterSlots({ shape, parameters }: WorkloadQuery): (ParameterSlot | null)[] {
  return Array.from({ length: shape.parameterCount }, (_, index) => {
    const number = index + 1;
    const source = parameters?.[index];
    if (source?.from === "literal") return { value: source.value };
    if (shape.offsetParameter === number) return { isOffset: true };
    const filter = shape.filters.find((one) => one.parameters.includes(number));
    if (filter === undefined || filter.wrappedBy !== null) return null;
    const { table, column, operator } = filter;
    if (operator === "null_check" || operator === "other") return null;
    return { table, column, operator, end: rangeEnd(filter, number, shape.sql) };
  });
}

function rangeEnd(filter: FilterFeature, number: number, sql: string): ColumnSlot["end"] {
  if (filter.operator !== "range") return null;
  if (filter.parameters.length === 2) {
    return filter.parameters[0] === number ? "lower" : "upper";
  }
  if (filter.end === "lower" || filter.end === "upper") return filter.end;
  // The sign stands before the parameter (`column >= $1`) or after it (`$1 <= column`).
  const before = new RegExp(`([<>])=?\\s*\\(?\\s*\\$${number}(?!\\d)`).exec(sql)?.[1];
  const after = new RegExp(`\\$${number}(?!\\d)\\s*\\)?\\s*([<>])`).exec(sql)?.[1];
  if (/\bBETWEEN\b/i.test(sql) && before === undefined && after === undefined) {
    return new RegExp(`BETWEEN\\s*\\(?\\s*\\$${number}(?!\\d)`, "i").test(sql) ? "lower" : "upper";
  }
  return before === ">" || after === "<" ? "lower" : "upper";
}
