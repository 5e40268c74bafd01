import fc from "fast-check";
import type { TableSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { TestDatabase } from "./duckdb";

/** Columns by what they hold; i is the row number. */
const CONTENTS = [
  { type: "INTEGER", value: "(i * 7919) % 100003", literal: "4711" },
  { type: "BIGINT", value: "CASE WHEN i % 9 = 4 THEN NULL ELSE i % 12 END", literal: "3" },
  { type: "VARCHAR", value: "'v' || (i % 4)", literal: "'v2'" },
  {
    type: "VARCHAR",
    value: "CAST(DATE '2020-01-01' + CAST((i * 31) % 500 AS INTEGER) AS VARCHAR)",
    literal: "'2020-07-01'",
  },
  {
    type: "DATE",
    value: "DATE '2020-01-01' + CAST((i * 13) % 900 AS INTEGER)",
    literal: "'2021-01-01'",
  },
  {
    type: "TIMESTAMP",
    value: "TIMESTAMP '2020-01-01 00:00:00' + INTERVAL (i * 977) MINUTE",
    literal: "'2020-03-01 00:00:00'",
  },
  {
    type: "UUID",
    value: "CAST(md5(CAST(i AS VARCHAR)) AS UUID)",
    literal: "'00000000-0000-0000-0000-000000000000'",
  },
  { type: "DECIMAL(20,2)", value: "i * 1.25", literal: "12.50" },
  { type: "BOOLEAN", value: "i % 3 = 0", literal: "true" },
  { type: "INTEGER[]", value: "[i, i + 1]", literal: "[1, 2]" },
] as const;

const QUERIES = [
  "equality",
  "in",
  "between",
  "above",
  "prefix",
  "both",
  "top",
  "group",
  "max",
  "join",
  "insert",
  "update",
] as const;

const column = fc.record({
  name: fc.constantFrom("a", "Zeta", "select", 'q"x', "semi;colon", "größe", "order"),
  content: fc.constantFrom(...CONTENTS),
  extra: fc.constantFrom("", "", "CHECK", "INDEX", "INDEX", "UNIQUE PAIR", "NOT NULL"),
});
const table = fc.record({
  name: fc.constantFrom("t", "Order", 'ta"ble', "group"),
  columns: fc.uniqueArray(column, { minLength: 2, maxLength: 5, selector: (one) => one.name }),
  key: fc.constantFrom("none", "none", "present", "not null unique"),
  rows: fc.integer({ min: 20, max: 120 }),
  /** What the statistics say of each row: small data stand for a large table. */
  scale: fc.constantFrom(1, 20_000),
});
const query = fc.record({
  kind: fc.constantFrom(...QUERIES),
  table: fc.nat(1),
  first: fc.nat(4),
  second: fc.nat(4),
  calls: fc.integer({ min: 1, max: 1000 }),
  mean_ms: fc.integer({ min: 0, max: 50 }),
});

/** Tables with data and a workload over them. */
export const workloadScenario = fc.record({
  tables: fc.uniqueArray(table, { minLength: 1, maxLength: 2, selector: (one) => one.name }),
  queries: fc.array(query, { minLength: 3, maxLength: 10 }),
  picks: fc.array(fc.nat(), { minLength: 2, maxLength: 6 }),
});
export type WorkloadScenario = typeof workloadScenario extends fc.Arbitrary<infer S> ? S : never;
type Table = WorkloadScenario["tables"][number];

export async function buildTables(db: TestDatabase, { tables }: WorkloadScenario): Promise<void> {
  for (const { name: plain, columns, key, rows } of tables) {
    const name = quoteIdentifier(plain);
    const id = { none: "", present: " PRIMARY KEY", "not null unique": " NOT NULL UNIQUE" }[key];
    const pairs: string[] = [];
    const definitions = columns.map(({ name: column, content, extra }) => {
      const quoted = quoteIdentifier(column);
      const isPlain = !content.type.endsWith("]");
      if (extra === "UNIQUE PAIR" && isPlain) pairs.push(`UNIQUE (id, ${quoted})`);
      const check = extra === "CHECK" ? ` CHECK (${quoted} IS NULL OR ${quoted} = ${quoted})` : "";
      const isFilled = extra === "NOT NULL" && !content.value.includes("NULL");
      return `${quoted} ${content.type}${isFilled ? " NOT NULL" : ""}${check}`;
    });
    await db.run(
      `CREATE TABLE ${name} (${[`id INTEGER${id}`, ...definitions, ...pairs].join(", ")})`,
    );
    const values = ["(i * 37) % 127", ...columns.map(({ content }) => content.value)];
    await db.run(`INSERT INTO ${name} SELECT ${values.join(", ")} FROM range(${rows}) r(i)`);
    for (const { name: column, content, extra } of columns) {
      if (extra !== "INDEX" || content.type.endsWith("]")) continue;
      const index = quoteIdentifier(`by ${plain} ${column}`);
      await db.run(`CREATE INDEX ${index} ON ${name} (${quoteIdentifier(column)})`);
    }
    await db.run(`COMMENT ON TABLE ${name} IS 'holds it''s rows'`);
  }
}

/** The catalog's tables with statistics true to the data, all counts multiplied by the scale. */
export async function withStatistics(
  db: TestDatabase,
  schema: TableSchema[],
  { tables }: WorkloadScenario,
): Promise<TableSchema[]> {
  const known: TableSchema[] = [];
  for (const one of schema) {
    const { rows = 0, scale = 1 } = tables.find((each) => each.name === one.name) ?? {};
    const columns: TableSchema["columns"] = [];
    for (const each of one.columns) {
      const name = quoteIdentifier(each.name);
      const [row = []] = await db.rows(
        `SELECT count(DISTINCT ${name}), count(*) - count(${name}), CAST(min(${name}) AS VARCHAR), CAST(max(${name}) AS VARCHAR) FROM ${quoteIdentifier(one.name)}`,
      );
      const [distinct = 0, nulls = 0] = [Number(row[0]), Number(row[1])];
      const statistics = {
        distinct_count: distinct > rows / 2 ? distinct * scale : distinct,
        null_fraction: rows === 0 ? 0 : nulls / rows,
        min: row[2] ?? null,
        max: row[3] ?? null,
      };
      columns.push({ ...each, statistics });
    }
    const row_count = rows * scale;
    known.push({ ...one, columns, row_count, estimated_bytes: row_count * 64 });
  }
  return known;
}

export function queryTexts({ tables, queries }: WorkloadScenario) {
  return queries.flatMap(({ kind, table: index, first, second, calls, mean_ms }) => {
    const one = tables[index % tables.length];
    const a = one?.columns[first % one.columns.length];
    const b = one?.columns[second % one.columns.length];
    if (!one || !a || !b) return [];
    return [{ sql: queryText(kind, one, a, b, tables), calls, mean_ms }];
  });
}

type Column = Table["columns"][number];

function queryText(
  kind: (typeof QUERIES)[number],
  table: Table,
  a: Column,
  b: Column,
  tables: Table[],
): string {
  const from = quoteIdentifier(table.name);
  const [x, y] = [quoteIdentifier(a.name), quoteIdentifier(b.name)];
  const [u, v] = [a.content.literal, b.content.literal];
  const other = quoteIdentifier((tables.find((each) => each !== table) ?? table).name);
  const texts: Record<typeof kind, string> = {
    equality: `SELECT * FROM ${from} WHERE ${x} = ${u}`,
    in: `SELECT id FROM ${from} WHERE ${x} IN (${u}, ${u})`,
    between: `SELECT count(*) FROM ${from} WHERE ${x} BETWEEN ${u} AND ${u}`,
    above: `SELECT id, ${y} FROM ${from} WHERE ${x} > ${u}`,
    prefix: `SELECT count(*) FROM ${from} WHERE ${x} LIKE 'v%'`,
    both: `SELECT count(*) FROM ${from} WHERE ${x} = ${u} AND ${y} > ${v}`,
    top: `SELECT * FROM ${from} ORDER BY ${x} DESC LIMIT 10`,
    group: `SELECT ${x}, count(*) FROM ${from} WHERE ${y} = ${v} GROUP BY ${x}`,
    max: `SELECT max(${x}) FROM ${from}`,
    join: `SELECT count(*) FROM ${from} l JOIN ${other} r ON l.id = r.id WHERE l.${x} = ${u}`,
    insert: `INSERT INTO ${from} (${x}) VALUES (${u})`,
    update: `UPDATE ${from} SET ${x} = ${u} WHERE id = 5`,
  };
  return texts[kind];
}

/** All values of each text column: what the caller of the advisor may know. */
export async function textValues(
  db: TestDatabase,
  schema: TableSchema[],
): Promise<(table: string, column: string) => string[] | undefined> {
  const known = new Map<string, string[]>();
  for (const { name: table, columns } of schema) {
    for (const { name, type } of columns) {
      if (type !== "VARCHAR") continue;
      const quoted = quoteIdentifier(name);
      const rows = await db.rows(
        `SELECT DISTINCT ${quoted} FROM ${quoteIdentifier(table)} WHERE ${quoted} IS NOT NULL`,
      );
      known.set(
        JSON.stringify([table, name]),
        rows.map(([value = ""]) => value),
      );
    }
  }
  return (table, column) => known.get(JSON.stringify([table, column]));
}
