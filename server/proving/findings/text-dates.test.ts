import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const day = "(DATE '2020-01-01' + (i % 900)::INTEGER)";
const TABLE = `CREATE TABLE notes AS SELECT i AS note_no,
  ${day}::VARCHAR AS iso,
  CASE WHEN i < 4 THEN 'unknown' ELSE ${day}::VARCHAR END AS mixed,
  strftime(${day}, '%d.%m.%Y') AS european,
  strftime(${day}, '%m/%d/%Y') AS american,
  CASE WHEN i < 2 THEN 'n/a' ELSE (i / 7)::DECIMAL(10,2)::VARCHAR END AS price,
  i::VARCHAR AS zip, lpad(i::VARCHAR, 6, '0') AS padded, 'text ' || i AS words,
  CASE WHEN i % 2 = 0 THEN 'soon' ELSE ${day}::VARCHAR END AS often_text
  FROM range(2000) r(i)`;
const INDEX = "CREATE INDEX by_words ON notes (words)";

it("tells what keeps text from becoming a date or number, and leaves plain dates to change_type", async () => {
  const found = ofKind(await findIn([TABLE]), "text_dates");
  expect(found.map((one) => [one.column, one.severity, one.evidence.values])).toEqual([
    ["mixed", "warning", { unreadable_values: 4, readable_values: 1996 }],
    ["price", "warning", { unreadable_values: 2, readable_values: 1998 }],
    ["american", "info", { readable_values: 2000 }],
    ["european", "info", { readable_values: 2000 }],
  ]);
});

it("lists exactly the offending rows, and converts an unusual form on an indexed table", async () => {
  const found = ofKind(await findIn([TABLE, INDEX]), "text_dates");
  const sqlOf = (column: string) =>
    found.find((one) => one.column === column)?.remediation.sql ?? "no statement";
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(TABLE);
    await connection.run(INDEX);
    const listed = await connection.runAndReadAll(sqlOf("mixed"));
    expect(listed.getRowObjectsJson().map((row) => row.mixed)).toEqual(Array(4).fill("unknown"));
    await connection.run(sqlOf("european"));
    await connection.run(sqlOf("american"));
    const after = await connection.runAndReadAll(
      "SELECT count(*) FILTER (european = iso::DATE AND american = iso::DATE), any_value(typeof(european)) FROM notes",
    );
    expect(after.getRowsJson()).toEqual([["2000", "DATE"]]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

it("converts columns of an index, and keeps a unique one", async () => {
  const indexes = [
    "CREATE INDEX by_day ON notes (european)",
    "CREATE UNIQUE INDEX by_no ON notes (note_no)",
  ];
  const found = ofKind(await findIn([TABLE, ...indexes]), "text_dates");
  const sqlOf = (column: string) =>
    found.find((one) => one.column === column)?.remediation.sql ?? "no statement";
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    for (const statement of [TABLE, ...indexes]) await connection.run(statement);
    await connection.run(sqlOf("european"));
    await connection.run(sqlOf("american"));
    const after = await connection.runAndReadAll(
      "SELECT any_value(typeof(european)), any_value(typeof(american)), (SELECT count(*) FROM duckdb_indexes()) FROM notes",
    );
    expect(after.getRowsJson()).toEqual([["DATE", "DATE", "2"]]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

it("gives no statement where day and month cannot be told apart", async () => {
  const month = "strftime(DATE '2024-01-01' + to_months((i % 12)::INTEGER), '%d/%m/%Y')";
  const table = `CREATE TABLE bills AS SELECT ${month} AS due,
    CASE WHEN i < 3 THEN 'soon' ELSE ${month} END AS mixed FROM range(2000) r(i)`;
  const found = ofKind(await findIn([table]), "text_dates");
  expect(found.map((one) => [one.column, one.remediation.sql, one.evidence.values])).toEqual([
    ["due", null, { readable_values: 2000, unreadable_values: 0 }],
    ["mixed", null, { readable_values: 1997, unreadable_values: 3 }],
  ]);
  expect(found[0]?.detail).toContain("are valid dates as day/month/year and as month/day/year");
});

it("tells day from month by a single row of all", async () => {
  const table = `CREATE TABLE bills AS SELECT
    CASE WHEN i = 7 THEN '31/01/2024' ELSE '01/02/2024' END AS due FROM range(9000) r(i)`;
  const [found] = ofKind(await findIn([table]), "text_dates");
  expect(found?.remediation.sql).toContain("strptime(due, '%d/%m/%Y')");
});

it("converts numbers to a type that keeps all their digits, and gives no statement without one", async () => {
  const table = `CREATE TABLE wires AS SELECT (9007199254740993 + i)::VARCHAR AS reference,
    '1' || lpad(i::VARCHAR, 20, '0') AS trace, '12345678901234.' || lpad(i::VARCHAR, 4, '0') AS amount,
    '0.' || (1000 + i) AS rate,
    CASE WHEN i = 1 THEN '12345678901234567890' ELSE '0.12345678901234567890' END AS odd
    FROM range(2000) r(i)`;
  const found = ofKind(await findIn([table]), "text_dates");
  const types = { reference: "BIGINT", trace: "HUGEINT", amount: "DECIMAL(18,4)", rate: "DOUBLE" };
  const sqlOf = (column: string) => found.find((one) => one.column === column)?.remediation.sql;
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(table);
    await connection.run("CREATE TABLE before AS FROM wires");
    for (const [column, type] of Object.entries(types)) {
      expect(sqlOf(column)).toContain(`SET DATA TYPE ${type} USING`);
      await connection.run(sqlOf(column) ?? "");
    }
    const lost = await connection.runAndReadAll(`SELECT count(*) FROM wires POSITIONAL JOIN before
      WHERE (wires.reference::VARCHAR, wires.trace::VARCHAR, wires.amount::VARCHAR, wires.rate::VARCHAR)
        IS DISTINCT FROM (before.reference, before.trace, before.amount, rtrim(before.rate, '0'))`);
    expect(lost.getRowsJson()).toEqual([["0"]]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  expect(sqlOf("odd")).toBeNull();
});
