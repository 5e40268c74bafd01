import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { expect } from "vitest";
import type { RewriteRule } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "../index";
import type { Tables } from "../shape";

export const TABLES: Tables = [
  {
    name: "events",
    columns: [
      { name: "id", type: "INTEGER", nullable: false },
      { name: "customer", type: "INTEGER" },
      { name: "ts", type: "TIMESTAMP" },
      { name: "day", type: "DATE" },
      { name: "name", type: "VARCHAR" },
      { name: "amount", type: "INTEGER" },
    ],
    constraints: [{ type: "PRIMARY KEY", columns: ["id"] }],
  },
  {
    name: "customers",
    columns: [
      { name: "id", type: "INTEGER", nullable: false },
      { name: "region", type: "INTEGER" },
      { name: "code", type: "INTEGER", nullable: false },
    ],
    constraints: [{ type: "PRIMARY KEY", columns: ["id"] }],
  },
];

// Few values, so that ties, duplicates and NULLs meet in every combination.
const DATA = [
  "SELECT setseed(0.37)",
  `CREATE TABLE events (id INTEGER PRIMARY KEY, customer INTEGER, ts TIMESTAMP, day DATE,
     name VARCHAR, amount INTEGER)`,
  `INSERT INTO events SELECT i,
     CASE WHEN random() < 0.9 THEN CAST(random() * 12 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN TIMESTAMP '2019-12-30' + to_hours(CAST(random() * 11000 AS INTEGER)) END,
     CASE WHEN random() < 0.9 THEN DATE '2019-12-30' + CAST(random() * 460 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN 'a' || substr('bé%_c', 1 + CAST(random() * 4 AS INTEGER), 2) || CAST(random() * 3 AS INTEGER) END,
     CASE WHEN random() < 0.9 THEN CAST(random() * 20 AS INTEGER) END
   FROM range(600) r(i)`,
  `INSERT INTO events VALUES (1000, 1, 'infinity', 'infinity', '', 0), (1001, 2, '-infinity', '-infinity', 'a', 1),
     (1002, 3, '2020-01-01 00:00:00', '2020-01-01', 'ab', 2), (1003, 3, '2020-12-31 23:59:59.999999', '2020-12-31', 'abc', 2),
     (1004, 3, '2021-01-01 00:00:00', '2021-01-01', 'ab', 2), (1005, 4, '2020-03-01 00:00:00', '2020-03-01', NULL, 2)`,
  "CREATE TABLE customers (id INTEGER PRIMARY KEY, region INTEGER, code INTEGER NOT NULL)",
  `INSERT INTO customers SELECT i, CASE WHEN i % 4 > 0 THEN i % 3 END, CAST(random() * 9 AS INTEGER) FROM range(20) r(i)`,
];

const literal = (value: unknown): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

/** Small tables, and what the rewrites of a query on them must keep. */
export class RewriteExamples {
  private constructor(
    readonly parser: ShapeParser,
    private readonly connection: DuckDBConnection,
    private readonly instance: DuckDBInstance,
  ) {}

  static async open(): Promise<RewriteExamples> {
    const parser = await createShapeParser();
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    for (const sql of DATA) await connection.run(sql);
    return new RewriteExamples(parser, connection, instance);
  }

  close(): void {
    this.parser.close();
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** The rewritten text, after it was shown to answer the same for each list of literals. */
  async same(rule: RewriteRule, sql: string, ...further: unknown[][]): Promise<string> {
    const query = await this.parser.normalize(sql);
    const option = (await this.parser.rewrite(sql, TABLES)).find((each) => each.rule === rule);
    expect(option, `${rule} is offered for ${sql}`).toBeDefined();
    const own = query.parameters.map((source) => (source.from === "literal" ? source.value : null));
    for (const values of [own, ...further]) {
      const literals = values.map(literal);
      const answers = [query.sql, option?.sql ?? ""].map((text) => this.sorted(text, literals));
      const [before, after] = await Promise.all(answers);
      expect(after, `${option?.sql} with ${literals}`).toEqual(before);
    }
    return option?.sql ?? "";
  }

  /** Is not offered. */
  async never(rule: RewriteRule, sql: string, tables = TABLES): Promise<void> {
    const options = await this.parser.rewrite((await this.parser.normalize(sql)).sql, tables);
    expect(options.map((each) => each.rule)).not.toContain(rule);
  }

  private async sorted(sql: string, values: readonly string[]): Promise<string[]> {
    const text = values.reduce((all, value, at) => all.replaceAll(`$${at + 1}`, () => value), sql);
    const reader = await this.connection.runAndReadAll(text);
    const names = JSON.stringify(reader.columnNames());
    return [names, ...reader.getRowsJson().map((row) => JSON.stringify(row))].sort();
  }
}
