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
