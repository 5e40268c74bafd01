import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const CREATE = `CREATE TABLE goods (same VARCHAR NOT NULL, good_no INTEGER PRIMARY KEY, price INTEGER,
  copied INTEGER, nothing DATE, nearly INTEGER CHECK (nearly >= 0), fixed INTEGER CHECK (fixed = 1))`;
const FILL = `INSERT INTO goods SELECT 'EUR', i, hash(i) % 100000, hash(i) % 100000, NULL,
  CASE WHEN i = 7 THEN 0 ELSE hash(i) % 100000 END, 1 FROM range(5000) r(i)`;
const INDEXES = [
  "CREATE INDEX by_copied ON goods (copied)",
  "CREATE INDEX by_price ON goods (price)",
  "CREATE UNIQUE INDEX by_no ON goods (good_no)",
];
const COMMENTS = [
  "COMMENT ON TABLE goods IS 'what we sell'",
  "COMMENT ON COLUMN goods.price IS 'it''s in cents'",
  "COMMENT ON INDEX by_price IS 'for the shop'",
];

it("finds empty, constant and copied columns, not those that differ in one row or are checked", async () => {
  const found = ofKind(await findIn([CREATE, FILL]), "redundant_column");
  expect(found.map((one) => one.title)).toEqual([
    "goods.copied equals price in every row",
    "goods.nothing holds no value in any row",
    "goods.same holds the same value in every row",
  ]);
});

it("takes no texts for the same that only a collation makes equal", async () => {
  const create = `CREATE TABLE goods (one VARCHAR COLLATE NOCASE, two VARCHAR COLLATE NOCASE,
    three VARCHAR COLLATE NOCASE)`;
  const fill =
    "INSERT INTO goods SELECT 'aA'[1 + i % 2], 'Aa'[1 + i % 2], 'aA'[1 + i % 2] FROM range(5000) r(i)";
  const found = ofKind(await findIn([create, fill]), "redundant_column");
  expect(found.map((one) => one.title)).toEqual(["goods.three equals one in every row"]);
});

it("counts the bytes of a copied column, and none for an empty one", async () => {
  const found = ofKind(await findIn([CREATE, FILL]), "redundant_column");
  const bytes = Object.fromEntries(
    found.map((one) => [one.column, one.evidence.values.column_bytes]),
  );
  // 5000 numbers of 17 bits.
  expect(bytes.copied).toBeGreaterThan(10_000);
  expect(bytes.copied).toBeLessThan(30_000);
  expect(bytes.nothing).toBe(0);
});

it("says which columns queries name", async () => {
  const queries = ["SELECT sum(copied) FROM goods WHERE price > 10"];
  const found = ofKind(await findIn([CREATE, FILL], { queries }), "redundant_column");
  const shapes = found.map((one) => [one.column, one.evidence.values.naming_query_shapes]);
  expect(shapes).toEqual([
    ["copied", 1],
    ["nothing", 0],
    ["same", 0],
  ]);
});

it("counts queries that name a column where the shape does not tell, and writes", async () => {
  const queries = [
    "SELECT good_no FROM goods GROUP BY good_no HAVING max(copied) > 3",
    "SELECT good_no FROM goods GROUP BY good_no ORDER BY max(copied)",
    "INSERT INTO goods (good_no, nothing) VALUES (1, NULL)",
    "UPDATE goods SET price = 1 WHERE same = 'EUR'",
    // A longer word.
    "SELECT good_no AS copied_at FROM goods",
  ];
  const found = ofKind(await findIn([CREATE, FILL], { queries }), "redundant_column");
  const shapes = found.map((one) => [one.column, one.evidence.values.naming_query_shapes]);
  expect(shapes).toEqual([
    ["copied", 2],
    ["nothing", 1],
    ["same", 1],
  ]);
  expect(found[0]?.detail).toContain("2 query shapes of the observed workload name it.");
});

it("claims of a sample no more than of the sample", async () => {
  const found = ofKind(await findIn([CREATE, FILL], { rowsMax: 2000 }), "redundant_column");
  expect(found.map((one) => one.title)).toEqual([
    "goods.copied equals price in every row of the sample",
    "goods.nothing holds no value in any row of the sample",
    "goods.same holds the same value in every row of the sample",
  ]);
});

it("gives statements that drop each column and keep the rest, on a table with key and indexes", async () => {
  const statements = [CREATE, FILL, ...INDEXES, ...COMMENTS];
  const found = ofKind(await findIn(statements), "redundant_column");
  expect(found).toHaveLength(3);
  for (const { column, remediation } of found) {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    const checksum = `SELECT count(*), sum(hash(good_no, price, nearly)) FROM goods`;
    const rules = `SELECT constraint_text FROM duckdb_constraints() ORDER BY 1`;
    const indexes = "SELECT index_name FROM duckdb_indexes() ORDER BY 1";
    const comments = `SELECT "comment" FROM duckdb_tables() UNION ALL SELECT "comment"
      FROM duckdb_columns() UNION ALL SELECT "comment" FROM duckdb_indexes() ORDER BY 1`;
    try {
      for (const statement of statements) await connection.run(statement);
      const before = await read(checksum);
      const rulesBefore = await read(rules);
      await connection.run(remediation.sql ?? "");
      expect(await read(checksum)).toEqual(before);
      const columns = await read(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = 'goods'",
      );
      expect(columns).toHaveLength(6);
      expect(columns.flat()).not.toContain(column);
      expect(await read(rules)).toEqual(
        column === "same"
          ? rulesBefore.filter((_, index) => index !== firstNotNull(rulesBefore))
          : rulesBefore,
      );
      expect((await read(indexes)).flat()).toEqual(
        column === "copied" ? ["by_no", "by_price"] : ["by_copied", "by_no", "by_price"],
      );
      expect((await read(comments)).flat().filter((one) => one !== null)).toEqual([
        "for the shop",
        "it's in cents",
        "what we sell",
      ]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }
});

const firstNotNull = (rules: unknown[][]) => rules.findIndex(([text]) => text === "NOT NULL");
