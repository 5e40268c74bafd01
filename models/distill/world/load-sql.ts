import { createTable, fillTable } from "@/bench/advisor/workloads/tables";
import type { ColumnSpec, TableSpec } from "./types";

/** First day of every generated date. */
export const FIRST_DAY = "2019-01-01";

const quote = (name: string): string => `"${name}"`;

/** Statements that create and fill a table; they use the macros of bench/advisor/dataset. */
export function loadSql(table: TableSpec): string[] {
  const names = table.columns.map(({ name, type }) => `${quote(name)} ${type}`);
  if (table.primaryKey !== null) names.push(`PRIMARY KEY (${quote(table.primaryKey)})`);
  const expressions = rowExpressions(table);
  const order = table.isShuffled ? "ORDER BY hash(i * 31 + 7)" : "";
  return [
    createTable(quote(table.name), names),
    fillTable(quote(table.name), table.rows, expressions, order),
    ...table.indexes.map(
      (column, at) =>
        `CREATE INDEX "idx_${table.name}_${at}" ON ${quote(table.name)} (${quote(column)})`,
    ),
  ];
}

/** Value of each column for row number `i`. */
export function rowExpressions(table: TableSpec): string[] {
  return table.columns.map((column, at) => {
    const value = valueSql(column, table.rows, at * 2 + 1);
    const { nullShare } = column;
    return nullShare > 0
      ? `CASE WHEN u(i, ${at * 2 + 2}) >= ${nullShare} THEN ${value} END`
      : value;
  });
}

function valueSql(column: ColumnSpec, rows: number, k: number): string {
  const { role, type, distinct } = column;
  const n = numberOf(column, rows, k);
  switch (role) {
    case "id":
    case "foreign_key":
      if (type === "UUID") return `md5((${n})::VARCHAR)::UUID`;
      return type === "VARCHAR" ? `md5((${n})::VARCHAR)::UUID::VARCHAR` : `(${n} + 1)::${type}`;
    case "code":
      return `'R-' || left(md5((${n})::VARCHAR), 10)`;
    case "category":
      return `'STATE_' || (${n})`;
    case "place":
      return `'Place ' || left(md5((${n})::VARCHAR), 6)`;
    case "day":
      return cast(`(DATE '${FIRST_DAY}' + (${n})::INTEGER)`, type);
    case "instant":
      return cast(`(TIMESTAMP '${FIRST_DAY}' + to_seconds(${n}))`, type);
    case "measure":
      return `((${n}) % ${distinct})::${type}`;
    case "flag":
      return `(${n}) % 2 = 0`;
    case "person":
    case "email":
      return `left(md5((${n})::VARCHAR), 6) || ' ' || (${n})`;
    case "note":
      return `repeat(md5((${n})::VARCHAR), 2)`;
  }
}

const cast = (value: string, type: string): string => `${value}::${type}`;

/** A whole number that stands for the row's value, 0 up to the distinct values. */
function numberOf({ role, distinct, isRising, skew }: ColumnSpec, rows: number, k: number): string {
  if (role === "instant") {
    return isRising ? `i * 60 + num(i, ${k}, 60)` : `num(i, ${k}, ${Math.max(1, rows * 60)})`;
  }
  if (role === "day" && isRising) return `(i * ${distinct} // ${rows})`;
  if (role === "id" || role === "code")
    return isRising || role === "code" ? "i" : `(i * 7919) % ${coprime(rows)}`;
  return skew === 1
    ? `num(i, ${k}, ${distinct})`
    : `floor(${distinct} * u(i, ${k}) ** ${skew})::BIGINT`;
}

/** A modulus at least `rows` that 7919 (a prime) does not divide, so that no number comes twice. */
const coprime = (rows: number): number => (rows % 7919 === 0 ? rows + 1 : rows);
