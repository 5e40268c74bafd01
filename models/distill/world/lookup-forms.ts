import {
  aggregates,
  columnOf,
  type DrawnQuery,
  isTime,
  prefixSlot,
  projection,
  type QueryContext,
  q,
  rangeSlots,
} from "./query-parts";
import type { ColumnRole } from "./types";

const SEARCHED: readonly ColumnRole[] = [
  ...(["id", "code", "foreign_key", "category", "place"] as const),
  ...(["person", "email", "flag", "day", "measure"] as const),
];

/** `WHERE column = $1`, rows or totals. */
export function equality({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, SEARCHED);
  if (!column) return null;
  const what = rng.chance(0.7) ? projection(rng, main) : aggregates(rng, main);
  return {
    sql: `SELECT ${what} FROM ${q(main.name)} WHERE ${q(column.name)} = $1`,
    slots: [{ table: main.name, column: column.name }],
  };
}

/** Two columns compared at once. */
export function twoEqualities({ rng, main }: QueryContext): DrawnQuery | null {
  const [one, two] = rng.shuffle(main.columns.filter(({ role }) => SEARCHED.includes(role)));
  if (!one || !two) return null;
  return {
    sql: `SELECT ${projection(rng, main)} FROM ${q(main.name)} WHERE ${q(one.name)} = $1 AND ${q(two.name)} = $2`,
    slots: [
      { table: main.name, column: one.name },
      { table: main.name, column: two.name },
    ],
  };
}

export function inList({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, SEARCHED);
  if (!column) return null;
  const count = rng.int(2, 6);
  const numbers = Array.from({ length: count }, (_, at) => `$${at + 1}`);
  return {
    sql: `SELECT ${projection(rng, main)} FROM ${q(main.name)} WHERE ${q(column.name)} IN (${numbers.join(", ")})`,
    slots: numbers.map(() => ({ table: main.name, column: column.name })),
  };
}

/** Two bounds, or one, on a time or a measure. */
export function range(context: QueryContext): DrawnQuery | null {
  const { rng, main } = context;
  const column = columnOf(rng, main, ["day", "instant", "day", "instant", "measure"]);
  if (!column) return null;
  const share = rng.logUniform(0.0005, 0.6);
  const what = rng.chance(0.4) ? projection(rng, main) : aggregates(rng, main);
  const name = q(column.name);
  const head = `SELECT ${what} FROM ${q(main.name)} WHERE ${name}`;
  const [low, high] = rangeSlots(rng, main, column, share);
  if (isTime(column) && rng.chance(0.25)) {
    return { sql: `${head} >= $1`, slots: [high] };
  }
  return { sql: `${head} >= $1 AND ${name} < $2`, slots: [low, high] };
}

export function prefix({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["code", "place", "person", "email"]);
  if (!column) return null;
  const what = rng.chance(0.6) ? projection(rng, main) : aggregates(rng, main);
  return {
    sql: `SELECT ${what} FROM ${q(main.name)} WHERE ${q(column.name)} LIKE $1`,
    slots: [prefixSlot(rng, column, rng.int(1, 4))],
  };
}

/** The first rows by a column. */
export function latest({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["day", "instant", "measure"]);
  if (!column) return null;
  const limit = rng.pick([5, 10, 20, 50, 100]);
  return {
    sql: `SELECT ${projection(rng, main)} FROM ${q(main.name)} ORDER BY ${q(column.name)} DESC LIMIT ${limit}`,
    slots: [],
  };
}
