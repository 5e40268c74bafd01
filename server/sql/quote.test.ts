import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { KEYWORDS, quoteIdentifier, quoteLiteral } from "./index";

test("the embedded keywords are DuckDB's own", async () => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'",
  );
  expect([...KEYWORDS].sort()).toEqual(
    reader
      .getRows()
      .map(([word]) => String(word))
      .sort(),
  );
  connection.closeSync();
  instance.closeSync();
});

test("plain names stand as they are; all others and keywords are quoted", () => {
  expect(quoteIdentifier("creation_date")).toBe("creation_date");
  expect(quoteIdentifier("select")).toBe('"select"');
  expect(quoteIdentifier("Größe")).toBe('"Größe"');
  expect(quoteIdentifier('a"b')).toBe('"a""b"');
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(() => quoteIdentifier("a\0b")).toThrow(/NUL/);
});
