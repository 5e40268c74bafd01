import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const TABLE = `CREATE TABLE parts AS SELECT i AS part_id, 'S' || (i % 3) AS state,
  CASE WHEN i % 2 = 0 THEN NULL ELSE i END AS gaps FROM range(2000) r(i)`;
const INDEX = "CREATE INDEX by_gaps ON parts (gaps)";

it("lists what all rows satisfy in one note a table, with statements that declare it", async () => {
  const found = ofKind(await findIn([TABLE, INDEX]), "undeclared_constraint");
  expect(found).toHaveLength(1);
  const [finding] = found;
  expect(finding).toMatchObject({
    finding_id: "undeclared_constraint:parts",
    column: null,
    severity: "info",
  });
  expect(finding?.detail).toContain(
    "no NULL in part_id and state; no duplicates in part_id; only 3 values in state",
  );
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(TABLE);
    await connection.run(INDEX);
    await connection.run(finding?.remediation.sql ?? "");
    await expect(connection.run("INSERT INTO parts VALUES (5000, NULL, 1)")).rejects.toThrow(
      /NOT NULL/,
    );
    await expect(connection.run("INSERT INTO parts VALUES (1, 'S1', 1)")).rejects.toThrow(
      /uplicate/,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

it("declares rules on a table with a unique index, which DuckDB creates in a transaction of its own only", async () => {
  const index = "CREATE UNIQUE INDEX by_part ON parts (part_id)";
  const [finding] = ofKind(await findIn([TABLE, index]), "undeclared_constraint");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(TABLE);
    await connection.run(index);
    await connection.run(finding?.remediation.sql ?? "no statement");
    const left = await connection.runAndReadAll("SELECT index_name FROM duckdb_indexes()");
    expect(left.getRowsJson()).toEqual([["by_part"]]);
    await expect(connection.run("INSERT INTO parts VALUES (5000, NULL, 1)")).rejects.toThrow(
      /NOT NULL/,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

it("claims nothing of a sample", async () => {
  expect(ofKind(await findIn([TABLE], { rowsMax: 1500 }), "undeclared_constraint")).toEqual([]);
});

it("says nothing of what is declared", async () => {
  const statements = [
    "CREATE TABLE parts (part_id INTEGER PRIMARY KEY, state VARCHAR NOT NULL CHECK (state IN ('S0', 'S1')))",
    "INSERT INTO parts SELECT i, 'S' || (i % 2) FROM range(2000) r(i)",
  ];
  expect(ofKind(await findIn(statements), "undeclared_constraint")).toEqual([]);
});
