import { expect, test } from "vitest";
import { layoutTable } from "./table";
import { columnsOf, paint } from "./terminal";

const plain = { width: null, isColored: false };
const wide = {
  columns: ["ID", "TITLE"],
  rows: [
    ["sugg-1", "Cluster `projects` by `creation_date` (weekly)"],
    ["sugg-22", "表 of\nprojects 🎉"],
  ],
  empty: "Nothing.",
};

test("columns are aligned by what is seen, and a cell stays on its line", () => {
  expect(layoutTable(wide, plain)).toEqual([
    "ID       TITLE",
    "sugg-1   Cluster `projects` by `creation_date` (weekly)",
    "sugg-22  表 of projects 🎉",
  ]);
  const aligned = {
    ...wide,
    columns: ["TITLE", "ID"],
    rows: wide.rows.map((row) => [...row].reverse()),
  };
  const ends = layoutTable(aligned, plain).map((line) =>
    columnsOf(line.slice(0, line.search(/ (ID|sugg)/))),
  );
  expect(new Set(ends.map((end) => end > 40)).size).toBe(1);
  expect(columnsOf("表🎉é")).toBe(5);
});

test("on a terminal rows fit its width, and an id is never cut", () => {
  const lines = layoutTable(wide, { width: 30, isColored: false });
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(30);
  expect(lines[1]).toBe("sugg-1   Cluster `projects` b…");
  const narrow = layoutTable(wide, { width: 5, isColored: false });
  expect(narrow[2]).toMatch(/^sugg-22 /);
});

test("colours are for terminals that take them, and a table without rows says so", () => {
  expect(layoutTable(wide, { width: 80, isColored: true })[0]).toContain("\u001b[1m");
  expect(layoutTable(wide, plain).join("")).not.toContain("\u001b");
  expect(paint("x", "red", false)).toBe("x");
  expect(layoutTable({ ...wide, rows: [] }, plain)).toEqual(["Nothing."]);
});

test("control characters of a cell do not reach the terminal", () => {
  const rows = [["\u001b[2J", "a\u009bb\rc"]];
  expect(layoutTable({ ...wide, rows }, plain)[1]).toBe("□[2J  a□b c");
});
