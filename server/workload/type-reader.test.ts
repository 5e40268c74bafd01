import { afterAll, beforeAll, expect, test } from "vitest";
import { openTypeReader, type TypeReader } from "./type-reader";

let reader: TypeReader;
beforeAll(async () => {
  reader = await openTypeReader();
});
afterAll(() => reader.close());

test.each([
  ["uuid", "UUID"],
  [" DECIMAL(20, 2) ", "DECIMAL(20,2)"],
  ["VARCHAR(40)", "VARCHAR"],
  ["double precision", "DOUBLE"],
  ["timestamp with time zone", "TIMESTAMP WITH TIME ZONE"],
  ["INTEGER[3]", "INTEGER[3]"],
  ["ENUM('a', 'it''s; --')", "ENUM('a', 'it''s; --')"],
  [
    'STRUCT("odd "" name" INTEGER, b DECIMAL(4,2)[])',
    'STRUCT("odd "" name" INTEGER, b DECIMAL(4,2)[])',
  ],
  ["MAP(VARCHAR, BIGINT)", "MAP(VARCHAR, BIGINT)"],
  ["UUID -- as in the other domain", "UUID"],
  ["VARCHAR COLLATE NOCASE", "VARCHAR COLLATE NOCASE"],
])("%s is a type", async (text, type) => {
  expect(await reader.read(text)).toEqual({ isType: true, type });
});

test.each([
  ["nothing", "  "],
  ["a word that is no type", "BANANA"],
  ["a word that is no type, and a statement", "BANANA; DROP"],
  ["a second statement", "UUID); DROP TABLE projects; SELECT (1"],
  ["a second statement that selects", "UUID); SELECT CAST(NULL AS UUID"],
  ["another column", "UUID), CAST(1 AS INTEGER"],
  ["a table", "UUID) FROM (SELECT 1"],
  ["a condition", "UUID) WHERE (true"],
  ["an expression", "UUID) IS NULL OR (true"],
  ["an alias", "UUID) AS (x"],
  ["a subquery", "DECIMAL((SELECT 10), 2)"],
  ["a constraint", "UUID NOT NULL"],
  ["a default", "INTEGER DEFAULT 1"],
  ["two types", "UUID INTEGER"],
  ["a width that no decimal has", "DECIMAL(50,2)"],
  ["a type that is not closed", "INTEGER["],
  ["a struct of what is no type", "STRUCT(a BANANA)"],
  ["a collation nobody knows", "VARCHAR COLLATE klingon"],
  ["a collation by a pattern", "VARCHAR COLLATE nocas_"],
  ["a number with a collation", "INTEGER COLLATE NOCASE"],
  ["an invisible character", "UU\u200bID"],
  ["a NUL", "UUID\0"],
  ["a text without end", `ENUM('${"a".repeat(1000)}')`],
])("%s is no type, and why is told", async (_, text) => {
  expect(await reader.read(text)).toEqual({ isType: false, reason: expect.stringMatching(/\w/) });
});

test.each([
  ["INTEGER", "int4", "same"],
  ["INTEGER", "BIGINT", "holds"],
  ["DECIMAL(10,2)", "DECIMAL(20,2)", "holds"],
  ["DATE", "TIMESTAMP", "holds"],
  ["UUID", "VARCHAR", "holds"],
  ["INTEGER", "DOUBLE", "holds"],
  ["VARCHAR COLLATE NOCASE", "VARCHAR", "same"],
  ["ENUM('a', 'b')", "ENUM('b', 'a', 'c')", "holds"],
  ["ENUM('a', 'b')", "ENUM('a')", "narrows"],
  ["ENUM('1', '22')", "INTEGER", "holds"],
  ["BIGINT", "INTEGER", "narrows"],
  ["BIGINT", "DOUBLE", "narrows"],
  ["BIGINT[]", "DOUBLE[]", "narrows"],
  ["DECIMAL(20,2)", "DOUBLE", "narrows"],
  ["DECIMAL(20,2)", "DECIMAL(20,4)", "narrows"],
  ["DOUBLE", "FLOAT", "narrows"],
  ["VARCHAR", "INTEGER", "narrows"],
  ["VARCHAR", "ENUM('a')", "narrows"],
  ["TIMESTAMP", "DATE", "narrows"],
  ["UUID", "TINYINT", "unrelated"],
  ["DATE", "INTEGER", "unrelated"],
  ["UUID", "BANANA", null],
] as const)("from %s to %s: %s", async (from, to, conversion) => {
  expect(await reader.compare(from, to)).toBe(conversion);
});

test("a value that the other type cannot hold is lost, one that never was of the type is not", async () => {
  expect(await reader.loses("2999-01-01", "DATE", "TIMESTAMP_NS")).toBe(true);
  expect(await reader.loses("2020-01-01", "DATE", "TIMESTAMP_NS")).toBe(false);
  expect(await reader.loses("not a date", "DATE", "TIMESTAMP_NS")).toBe(false);
});
