import type { Json } from "@duckdb/node-api";
import type { WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { createRandom, deriveSeed } from "@/server/statistics";
import type { QueryShape } from "@/server/workload/shape";
import type { Session } from "../shadow";
import { type ParameterSlot, parameterSlots } from "./parameter-slots";

/** Parameter sets a query is replayed with; pairs take them in turn. */
const SETS_MAX = 8;
/** Rows from which range ends are taken as quantiles. */
const RANGE_SAMPLE_ROWS = 5000;
/** Share of the rows between the drawn ends of a range: a report over a month or so. */
const RANGE_WIDTH = 0.03;
const PREFIX_LENGTH = 4;

export type ParameterSets = { sets: JsonScalar[][] } | { why: string };

/**
 * Parameter sets to replay a query with: the product's own latest ones where it sent them,
 * else values drawn from the data with the seed: equalities take existing rows (all columns of a
 * table from the same row, so that something is found), ranges take quantiles.
 */
export async function drawParameters(
  session: Session,
  query: WorkloadQuery,
  seed: number,
): Promise<ParameterSets> {
  const { shape, pattern } = query;
  if (shape.parameterCount === 0) return { sets: [[]] };
  const sent = distinctSets(pattern.parameter_samples ?? [], shape.parameterCount);
  if (sent.length > 0) return { sets: sent.slice(-SETS_MAX) };
  const slots = parameterSlots(shape);
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
  for (const table of new Set(slots.map((slot) => slot.table))) {
    const columns = [...new Set(slots.filter((s) => s.table === table).map((s) => s.column))];
    const sample = await sampleRows(session, table, columns, deriveSeed(seed, table));
    if (sample.rows.length === 0) return { why: `table ${table} has no rows to draw from` };
    samples.set(table, sample);
  }
  const sets = Array.from({ length: SETS_MAX }, () => drawSet(slots, samples, random));
  return { sets: distinctSets(sets, shape.parameterCount) };
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
  slots: ParameterSlot[],
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
  slot: ParameterSlot,
  slots: ParameterSlot[],
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

function distinctSets(sets: JsonScalar[][], length: number): JsonScalar[][] {
  const seen = new Map<string, JsonScalar[]>();
  for (const set of sets) if (set.length === length) seen.set(JSON.stringify(set), set);
  return [...seen.values()];
}
