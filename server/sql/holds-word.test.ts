import { expect, test } from "vitest";
import { holdsWord } from "./index";

test.each([
  ["order lines", 'SELECT 1 FROM "Order Lines" USING SAMPLE'],
  ["my-table", 'SELECT 1 FROM "my-table"'],
  ["a.b/c", 'SELECT "a.b/c" FROM t'],
  ['say "so"', 'SELECT "say ""so""" FROM t'],
  ["größe", "SELECT GRÖSSE, Größe FROM t"],
  ["$^*+?()[]{}|\\#&~!@%=<>,;:'`", 'SELECT "$^*+?()[]{}|\\#&~!@%=<>,;:\'`" FROM t'],
])("finds %s as a word, whatever its characters", (name, sql) => {
  expect(holdsWord(sql, name)).toBe(true);
});

test.each([
  ["order", "SELECT * FROM orders"],
  ["id", "SELECT übid, id_2, id3 FROM t"],
  ["a.b", "SELECT axb FROM t"],
])("does not find %s inside of another word", (name, sql) => {
  expect(holdsWord(sql, name)).toBe(false);
});
