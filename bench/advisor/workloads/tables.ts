/** `CREATE TABLE name (columns)`; columns as `name TYPE …` each. */
export function createTable(name: string, columns: string[]): string {
  return `CREATE TABLE ${name} (${columns.join(", ")})`;
}

/** Fills a table with `rows` rows; expressions may use `i`, the row's number from 0. */
export function fillTable(name: string, rows: number, expressions: string[], order = ""): string {
  return `INSERT INTO ${name} SELECT ${expressions.join(", ")} FROM range(${Math.round(rows)}) r(i) ${order}`;
}

/** SQL list of texts for pick(). */
export function textList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(", ")}]`;
}

/** Parameter sets for single values of a column that are really there, spread over the table. */
export function existing(table: string, columns: string, sets = 6): string {
  return `SELECT ${columns} FROM ${table} ORDER BY hash(rowid * 7919 + 13) LIMIT ${sets}`;
}
