import {
  aggregates,
  columnOf,
  type DrawnQuery,
  isTyped,
  projection,
  type QueryContext,
  q,
  rangeSlots,
} from "./query-parts";

/** Totals by one or two columns of few values, of a month perhaps. */
export function groupBy({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["category", "place", "flag", "foreign_key", "day"]);
  if (!column) return null;
  const keys = [q(column.name)];
  const time = columnOf(rng, main, ["day", "instant"], isTyped);
  if (time && time !== column && rng.chance(0.3)) {
    keys.push(`date_trunc('${rng.pick(["month", "year", "week"])}', ${q(time.name)})`);
  }
  const names = keys.map((key, at) => `${key} AS k${at}`).join(", ");
  return {
    sql: `SELECT ${names}, ${aggregates(rng, main)} FROM ${q(main.name)} GROUP BY ${keys.join(", ")}`,
    slots: [],
  };
}

export function filteredGroup(context: QueryContext): DrawnQuery | null {
  const { rng, main } = context;
  const column = columnOf(rng, main, ["category", "place", "flag"]);
  if (!column) return null;
  const time = columnOf(rng, main, ["day", "instant"]);
  if (time && rng.chance(0.6)) {
    const [low, high] = rangeSlots(rng, main, time, rng.logUniform(0.001, 0.5));
    return {
      sql: `SELECT ${q(column.name)} AS k0, ${aggregates(rng, main)} FROM ${q(main.name)} WHERE ${q(time.name)} >= $1 AND ${q(time.name)} < $2 GROUP BY ${q(column.name)}`,
      slots: [low, high],
    };
  }
  const filter = columnOf(rng, main, ["category", "foreign_key", "place"]);
  if (!filter || filter === column) return null;
  return {
    sql: `SELECT ${q(column.name)} AS k0, ${aggregates(rng, main)} FROM ${q(main.name)} WHERE ${q(filter.name)} = $1 GROUP BY ${q(column.name)}`,
    slots: [{ table: main.name, column: filter.name }],
  };
}

/** The large table joined with the other, one of them filtered. */
export function join({ rng, main, other }: QueryContext): DrawnQuery | null {
  const id = other.columns[0];
  const reference = main.columns.at(-1);
  if (!id || reference?.role !== "foreign_key" || reference.type !== id.type) return null;
  const from = `FROM ${q(main.name)} a JOIN ${q(other.name)} b ON a.${q(reference.name)} = b.${q(id.name)}`;
  const side = rng.chance(0.6) ? other : main;
  const filter = columnOf(rng, side, ["id", "category", "place", "code", "flag"]);
  if (!filter || rng.chance(0.15)) {
    return { sql: `SELECT ${aggregates(rng, main, "a.")} ${from}`, slots: [] };
  }
  const what = rng.chance(0.5) ? projection(rng, main, "a.") : aggregates(rng, main, "a.");
  return {
    sql: `SELECT ${what} ${from} WHERE ${side === other ? "b" : "a"}.${q(filter.name)} = $1`,
    slots: [{ table: side.name, column: filter.name }],
  };
}

export function distinctKey({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["measure", "category"]);
  const id = main.columns[0];
  if (!column || !id || main.primaryKey === null) return null;
  return {
    sql: rng.chance(0.5)
      ? `SELECT DISTINCT ${q(id.name)}, ${q(column.name)} FROM ${q(main.name)} WHERE ${q(column.name)} = $1`
      : `SELECT ${q(column.name)} AS k0, count(DISTINCT ${q(id.name)}) AS n FROM ${q(main.name)} WHERE ${q(column.name)} <> $1 GROUP BY ${q(column.name)}`,
    slots: [{ table: main.name, column: column.name }],
  };
}
