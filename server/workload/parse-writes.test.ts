import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";

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
  test.each<[string, string[], [string, string][]]>([
    [
      "UPDATE projects SET status = 'x' WHERE project_id = 5",
      ["projects"],
      [["project_id", "equals"]],
    ],
    [
      "update main.PROJECTS as p set status = f(1, 2) where p.Project_Id in (1, 2) returning *",
      ["projects"],
      [["project_id", "in"]],
    ],
    [
      "DELETE FROM projects WHERE creation_date < DATE '2020-01-01' AND status <> 'a';",
      ["projects"],
      [
        ["creation_date", "range"],
        ["status", "other"],
      ],
    ],
    [
      "DELETE FROM projects WHERE creation_date < now() - INTERVAL '90 days'",
      ["projects"],
      [["creation_date", "range"]],
    ],
    [
      "DELETE FROM projects p USING portfolios o WHERE p.project_id = o.portfolio_id AND o.risk_profile = 'x'",
      ["projects"],
      [],
    ],
    [
      "UPDATE projects SET status = o.risk_profile FROM portfolios o WHERE project_name = ?",
      ["projects"],
      [["project_name", "equals"]],
    ],
    [
      "WITH x AS (SELECT 1 AS a) DELETE FROM projects WHERE project_id IN (SELECT a FROM x) AND status = 'b'",
      ["projects"],
      [
        ["project_id", "other"],
        ["status", "equals"],
      ],
    ],
    [
      "UPDATE projects SET status = (SELECT max(risk_profile) FROM portfolios WHERE portfolio_id = 3)",
      ["projects"],
      [],
    ],
    [
      "UPDATE projects SET status = 'x' WHERE project_id >= -5 AND status || 'x' != 'bx' AND creation_date::DATE <= now()",
      ["projects"],
      [
        ["project_id", "range"],
        ["status", "other"],
        ["creation_date", "range"],
      ],
    ],
    ["DELETE FROM raw.projects WHERE project_id = 5", ["raw.projects"], [["project_id", "equals"]]],
    ["INSERT INTO projects SELECT * FROM portfolios WHERE portfolio_id = 5", ["projects"], []],
  ])("reads by which columns a write finds its rows: %s", async (sql, tables, filters) => {
    const shape = await parser.parse(sql, TABLES, "main");
    const [target] = tables;
    expect(shape).toMatchObject({ isParsed: false, selectsStar: false });
    expect(shape.tables[0]).toBe(target);
    const rowFilters = (filters: typeof shape.filters) =>
      filters
        .filter(({ table }) => table === target)
        .map(({ column, operator }) => [column, operator]);
    expect(rowFilters(shape.filters)).toEqual(filters);
    // The folded text that a product tells is read no worse.
    const folded = await parser.parse(shape.sql, TABLES, "main");
    expect(folded.tables[0]).toBe(target);
    expect(rowFilters(folded.filters)).toEqual(filters);
  });
});
