import { expect, test } from "vitest";
import { sqlTokens } from "./sql-tokens";

const namesIn = (sql: string) =>
  sqlTokens(sql)
    .filter(({ kind }) => kind === "name")
    .map(({ text }) => text);

test.each([
  ["a comment to the end of the line", "a -- b\nc", ["a", "c"]],
  ["comments that nest", "a /* /* b */ c */ d", ["a", "d"]],
  ["a comment sign in a string", "a '--' b", ["a", "b"]],
  ["doubled quotes", "a 'it''s b' c", ["a", "c"]],
  ["an escaped quote", "a E'\\' b' c", ["a", "c"]],
  ["a backslash in a plain string", "a '\\' b", ["a", "b"]],
  ["a name that ends in e before a string", "date'2020-01-01' b", ["date", "b"]],
  ["dollar quotes", "a $x$ b $$ c $x$ d $$ e $$ f", ["a", "d", "f"]],
  ["a dollar in a name", "a$$b c", ["a$$b", "c"]],
  ["quoted names", '"A ""b" "--"', ['a "b', "--"]],
  ["letters beyond ASCII", "größe 日本(", ["größe", "日本"]],
  ["blanks beyond ASCII", "query\u00a0(\u200b", ["query"]],
  ["numbers", "1e5 2.5 query", ["e5", "query"]],
])("reads %s as DuckDB does", (_, sql, names) => {
  expect(namesIn(sql)).toEqual(names);
});

test("final semicolons and comments are no tokens", () => {
  expect(sqlTokens("SELECT 1; -- done").map(({ text }) => text)).toEqual(["select"]);
});
