import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foldText } from "./fold-text";
import { createShapeParser, insertedColumns, type ShapeParser } from "./index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const columns = (...names: string[]) => names.map((name) => ({ name }));
const TABLES = [
  { name: "projects", columns: columns("project_id", "project_name", "status", "creation_date") },
  { name: "portfolios", columns: columns("portfolio_id", "risk_profile") },
];

describe("parse: UPDATE and DELETE", () => {
  // Text, tables it touches, filters with the parameters that they take.
  test.each<[string, string[], [table: string, column: string, operator: string, number[]][]]>([
    [
      "UPDATE projects SET status = 'x' WHERE project_id = 5",
      ["projects"],
      [["projects", "project_id", "equals", [2]]],
    ],
    [
      "update main.PROJECTS as p set status = f(1, 2) where p.Project_Id in (1, 2) returning *",
      ["projects"],
      [["projects", "project_id", "in", [3, 4]]],
    ],
    [
      "DELETE FROM projects WHERE creation_date < DATE '2020-01-01' AND status <> 'a';",
      ["projects"],
      [
        ["projects", "creation_date", "range", []],
        ["projects", "status", "other", [1]],
      ],
    ],
    [
      "DELETE FROM projects WHERE creation_date < now() - INTERVAL '90 days'",
      ["projects"],
      [["projects", "creation_date", "range", []]],
    ],
    [
      "UPDATE projects SET creation_date = DATE '2020-01-01' WHERE project_id >= 5",
      ["projects"],
      [["projects", "project_id", "range", [1]]],
    ],
    [
      "DELETE FROM projects p USING portfolios o WHERE p.project_id = o.portfolio_id AND o.risk_profile = 'x'",
      ["projects", "portfolios"],
      [["portfolios", "risk_profile", "equals", [1]]],
    ],
    [
      "UPDATE projects SET status = o.risk_profile FROM portfolios o WHERE project_name = ?",
      ["projects", "portfolios"],
      [["projects", "project_name", "equals", [1]]],
    ],
    [
      "WITH x AS (SELECT 1 AS a) DELETE FROM projects WHERE project_id IN (SELECT a FROM x) AND status = 'b'",
      ["projects"],
      [
        ["projects", "project_id", "other", []],
        ["projects", "status", "equals", [2]],
      ],
    ],
    [
      "UPDATE projects SET status = (SELECT max(risk_profile) FROM portfolios WHERE portfolio_id = 3)",
      ["projects", "portfolios"],
      [["portfolios", "portfolio_id", "equals", [1]]],
    ],
    [
      "UPDATE projects SET status = 'x' WHERE project_id >= -5 AND status || 'x' != 'bx' AND creation_date::DATE <= now()",
      ["projects"],
      [
        ["projects", "project_id", "range", []],
        ["projects", "status", "other", [4]],
        ["projects", "creation_date", "range", []],
      ],
    ],
    [
      "UPDATE projects SET status = creation_date IS DISTINCT FROM project_name WHERE project_id = 5",
      ["projects"],
      [["projects", "project_id", "equals", [1]]],
    ],
    [
      "DELETE FROM raw.projects WHERE project_id = 5",
      ["raw.projects"],
      [["raw.projects", "project_id", "equals", [1]]],
    ],
    [
      "INSERT INTO projects SELECT * FROM portfolios WHERE portfolio_id = 5",
      ["projects", "portfolios"],
      [["portfolios", "portfolio_id", "equals", [1]]],
    ],
  ])("reads by which columns a write finds its rows: %s", async (sql, tables, filters) => {
    const shape = await parser.parse(sql, TABLES, "main");
    expect(shape).toMatchObject({ isParsed: false, tables, selectsStar: false });
    const found = shape.filters.map(({ table, column, operator, parameters }) => [
      ...[table, column, operator],
      parameters,
    ]);
    expect(found).toEqual(filters);
    // A folded text, as a product may tell it, is read no worse; its parameters have no numbers.
    const folded = await parser.parse(foldText(sql), TABLES, "main");
    expect(folded.tables).toEqual(tables);
    const foundFolded = folded.filters.map(({ table, column, operator }) => [
      ...[table, column, operator],
    ]);
    expect(foundFolded).toEqual(
      filters.map(([table, column, operator]) => [table, column, operator]),
    );
  });
});

test.each<[string, string[] | null]>([
  ["INSERT INTO t VALUES (1, 2, 3)", ["a", "B", "name"]],
  ['INSERT OR IGNORE INTO main.t AS x ("b", Name) VALUES (1, 2)', ["B", "name"]],
  ["WITH s AS (FROM u) INSERT INTO t (a) SELECT 1 FROM s", ["a"]],
  ["INSERT INTO t BY POSITION FROM u", ["a", "B", "name"]],
  ["INSERT INTO t BY NAME SELECT 1 AS a", null],
  ["INSERT INTO t DEFAULT VALUES", null],
  ["INSERT INTO t (a, other) VALUES (1, 2)", null],
  ["UPDATE t SET a = 1", null],
])("insertedColumns: %s", (sql, columns) => {
  expect(insertedColumns(sql, ["a", "B", "name"])).toEqual(columns);
});
