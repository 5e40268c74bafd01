import {
  aggregates,
  columnOf,
  type DrawnQuery,
  daySlot,
  isTyped,
  projection,
  type QueryContext,
  q,
  yearSlot,
} from "./query-parts";

/** A function around the column, which no zone map serves. */
export function wrapped({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["day", "instant"], isTyped);
  if (!column) return null;
  const what = rng.chance(0.4) ? projection(rng, main) : aggregates(rng, main);
  const head = `SELECT ${what} FROM ${q(main.name)} WHERE`;
  if (column.type === "DATE" || rng.chance(0.5)) {
    return {
      sql: `${head} year(${q(column.name)}) = $1`,
      slots: [yearSlot(rng, main, column)],
    };
  }
  return {
    sql: `${head} CAST(${q(column.name)} AS DATE) = $1`,
    slots: [daySlot(rng, main, column)],
  };
}

/** Text dates cast in the query. */
export function castText({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["day", "instant"], (one) => one.type === "VARCHAR");
  if (!column) return null;
  return {
    sql: `SELECT ${aggregates(rng, main)} FROM ${q(main.name)} WHERE CAST(${q(column.name)} AS TIMESTAMP) >= $1`,
    slots: [daySlot(rng, main, column)],
  };
}

export function orderedSubquery({ rng, main }: QueryContext): DrawnQuery | null {
  const key = columnOf(rng, main, ["category", "flag", "place"]);
  const order = columnOf(rng, main, ["day", "instant", "measure"]);
  const measure = columnOf(rng, main, ["measure"]);
  if (!key || !order || !measure) return null;
  return {
    sql: `SELECT ${q(key.name)}, sum(${q(measure.name)}) AS s FROM (SELECT * FROM ${q(main.name)} ORDER BY ${q(order.name)} DESC) t GROUP BY ${q(key.name)}`,
    slots: [],
  };
}

/** An aggregate of the large table for each row of the other. */
export function correlated({ rng, main, other }: QueryContext): DrawnQuery | null {
  const id = other.columns[0];
  const reference = main.columns.at(-1);
  const measure = columnOf(rng, main, ["measure"]);
  if (!id || !measure || reference?.role !== "foreign_key" || reference.type !== id.type)
    return null;
  return {
    sql: `SELECT b.${q(id.name)} AS i, (SELECT ${rng.pick(["sum", "max", "min"])}(a.${q(measure.name)}) FROM ${q(main.name)} a WHERE a.${q(reference.name)} = b.${q(id.name)}) AS s FROM ${q(other.name)} b`,
    slots: [],
  };
}

/** NOT IN a correlated subquery; both columns are keys, so neither is null. */
export function notIn({ rng, main, other }: QueryContext): DrawnQuery | null {
  const [id, otherId] = [main.columns[0], other.columns[0]];
  const outer = columnOf(rng, main, ["category", "flag"]);
  const inner = columnOf(rng, other, ["category", "flag"], (one) => one.type === outer?.type);
  if (!id || !otherId || !outer || !inner || id.type !== otherId.type) return null;
  if (main.primaryKey === null || other.primaryKey === null) return null;
  return {
    sql: `SELECT a.${q(id.name)} AS i FROM ${q(main.name)} a WHERE a.${q(id.name)} NOT IN (SELECT b.${q(otherId.name)} FROM ${q(other.name)} b WHERE b.${q(inner.name)} = a.${q(outer.name)})`,
    slots: [],
  };
}

/** The first rows by number, numbered all. */
export function numbered({ rng, main }: QueryContext): DrawnQuery | null {
  const column = columnOf(rng, main, ["day", "instant", "measure"]);
  const id = main.columns[0];
  if (!column || !id) return null;
  return {
    sql: `SELECT t.${q(id.name)}, ${q(column.name)} AS v FROM (SELECT *, row_number() OVER (ORDER BY ${q(column.name)} DESC, ${q(id.name)}) AS n FROM ${q(main.name)}) t WHERE n <= ${rng.pick([5, 10, 25, 100])}`,
    slots: [],
  };
}
