import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

/** Uniform, normal and log-normal numbers by hash: repeats on every machine. */
const MACROS = [
  "CREATE MACRO u(i, k) AS (hash(i * 32 + k) >> 11)::DOUBLE / 9007199254740992.0",
  "CREATE MACRO g(i, k) AS sqrt(-2 * ln(1 - u(i, k))) * cos(6.283185307179586 * u(i, k + 1))",
];
const TABLE = (more: string) =>
  `CREATE TABLE measures AS SELECT i AS row_no, ${more} FROM range(50000) r(i)`;

/** Row numbers that a finding's statement lists, on a database of its own. */
async function rowsListed(table: string, sql: string | null = null): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(table);
    const listed = await connection.runAndReadAll(sql ?? "no statement");
    return listed.getRowObjectsJson().map((row) => row.row_no);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it("finds a handful of amounts in the wrong unit, and leaves long tails alone", async () => {
  const table = TABLE(`exp(16 + 1.35 * g(i, 1)) AS amount,
    CASE WHEN i < 5 THEN 1e15 ELSE exp(16 + 1.35 * g(i, 1)) END AS mistaken,
    CASE WHEN i < 5 THEN 900 ELSE g(i, 3) END AS reading,
    1 / (1 - u(i, 5)) AS pareto, -ln(1 - u(i, 6)) AS waiting, (i % 7) AS few`);
  const found = ofKind(await findIn([...MACROS, table]), "outliers");
  expect(found.map((one) => [one.column, one.evidence.values.far_values])).toEqual([
    ["mistaken", 5],
    ["reading", 5],
  ]);
  expect(found[0]?.detail).toContain("5 values at least");
});

it("lists exactly the outliers, however far from zero the column lies", async () => {
  const table = TABLE(
    "CASE WHEN i < 5 THEN 17360000 + i ELSE 17350000 + (i % 100) / 10.0 END AS reading",
  );
  const [found] = ofKind(await findIn([table]), "outliers");
  expect(found?.evidence.values.far_values).toBe(5);
  expect(await rowsListed(table, found?.remediation.sql)).toEqual(["0", "1", "2", "3", "4"]);
});

it("counts what is far away and what is negative together, each value once", async () => {
  const table = TABLE(
    "CASE WHEN i < 3 THEN 1e9 + i WHEN i < 5 THEN -1 ELSE 1 + i % 100 END AS price",
  );
  const [found] = ofKind(await findIn([table]), "outliers");
  expect(found?.evidence.values).toMatchObject({ far_values: 3, negative_values: 2 });
  expect(found?.title).toContain("5 outliers");
  expect(await rowsListed(table, found?.remediation.sql)).toEqual(["0", "1", "2", "3", "4"]);
});

it("tells outliers from the end of a long tail that is beyond the fences too", async () => {
  const table = TABLE(
    `CASE WHEN i % 20000 = 7 THEN 1e13 WHEN i < 8 THEN 2e9 * (1 + i)
      ELSE least(exp(16 + 1.35 * g(i, 1)), 5e9) END AS amount`,
  );
  const [found] = ofKind(await findIn([...MACROS, table]), "outliers");
  expect(found?.evidence.values.far_values).toBe(3);
});

it("leaves infinities and NaN alone", async () => {
  const table = TABLE(
    "CASE WHEN i = 1 THEN 'infinity'::DOUBLE WHEN i = 2 THEN 'nan'::DOUBLE ELSE i % 100 END AS ratio",
  );
  expect(ofKind(await findIn([table]), "outliers")).toEqual([]);
});

it("finds the few negative numbers of a positive column, and not a column of both signs", async () => {
  const table = TABLE(
    "CASE WHEN i % 10000 = 0 THEN -1 ELSE 1 + i % 100 END AS price, i % 100 - 50 AS balance",
  );
  const found = ofKind(await findIn([table]), "outliers");
  expect(found.map((one) => [one.column, one.evidence.values])).toEqual([
    ["price", { negative_values: 5 }],
  ]);
});

it("looks past columns of lists", async () => {
  const table = TABLE(
    "[i, i]::FLOAT[2] AS place, CASE WHEN i < 5 THEN 900 ELSE g(i, 3) END AS reading",
  );
  const found = ofKind(await findIn([...MACROS, table]), "outliers");
  expect(found.map((one) => one.column)).toEqual(["reading"]);
});

it("says nothing of a value that many rows have", async () => {
  const table = TABLE("CASE WHEN i % 500 = 0 THEN 999999 ELSE i % 100 END AS sentinel");
  expect(ofKind(await findIn([table]), "outliers")).toEqual([]);
});
