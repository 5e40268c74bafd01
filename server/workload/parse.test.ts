import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type FilterFeature, type ShapeParser } from "./index";
import type { ColumnRef } from "./shape";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const columns = (...names: string[]) => names.map((name) => ({ name }));
const TABLES = [
  { name: "projects", columns: columns("project_id", "project_name", "status", "creation_date") },
  { name: "portfolios", columns: columns("portfolio_id", "risk_profile") },
  { name: "portfolio_projects", columns: columns("portfolio_id", "project_id", "entry_date") },
];
const parse = (sql: string) => parser.parse(sql, TABLES);
const filter = (
  column: string,
  operator: FilterFeature["operator"],
  parameters: number[],
  more: Partial<FilterFeature> = {},
): FilterFeature => ({ table: "projects", column, operator, wrappedBy: null, parameters, ...more });
const range = (parameters: number[], end: FilterFeature["end"] & string) =>
  filter("creation_date", "range", parameters, { end });

describe("parse: filters", () => {
  test.each<[string, FilterFeature[]]>([
    ["status = 'ACTIVE'", [filter("status", "equals", [1])]],
    ["'ACTIVE' = STATUS", [filter("status", "equals", [1])]],
    ["status IN ('a', 'b')", [filter("status", "in", [1, 2])]],
    ["status = 'a' OR status = 'b'", [filter("status", "in", [1, 2], { isAlternative: true })]],
    [
      "'a' = status OR (status = 'b' OR status IN ('c', 'd'))",
      [filter("status", "in", [1, 2, 3, 4], { isAlternative: true })],
    ],
    ["creation_date > DATE '2020-01-01'", [range([1], "lower")]],
    ["DATE '2020-01-01' >= creation_date", [range([1], "upper")]],
    ["creation_date BETWEEN ? AND ?", [range([1, 2], "both")]],
    // A number of days, or a day to add them to, is no value of the column: nothing to draw or compare.
    ["creation_date >= current_date - INTERVAL '30 days'", [range([], "lower")]],
    ["creation_date < CAST(? AS DATE) + INTERVAL 30 DAY", [range([], "upper")]],
    ["creation_date BETWEEN ? AND CAST(? AS DATE) + INTERVAL 30 DAY", [range([1], "both")]],
    ["status = upper(?)", [filter("status", "equals", [])]],
    ["starts_with(project_name, upper(?))", [filter("project_name", "like_prefix", [])]],
    ["status IS NULL", [filter("status", "null_check", [])]],
    ["status IS NOT NULL", [filter("status", "null_check", [], { exceptFor: "null" })]],
    ["project_name LIKE 'abc%'", [filter("project_name", "like_prefix", [1])]],
    ["starts_with(project_name, 'abc')", [filter("project_name", "like_prefix", [1])]],
    ["project_name LIKE '%abc%'", [filter("project_name", "other", [1])]],
    ["project_name ILIKE 'abc%'", [filter("project_name", "other", [1])]],
    ["status <> 'a'", [filter("status", "other", [1], { exceptFor: "value" })]],
    ["status = ? COLLATE NOCASE", [filter("status", "equals", [], { wrappedBy: "collate" })]],
    ["status COLLATE NOCASE = ?", [filter("status", "equals", [1], { wrappedBy: "collate" })]],
    ["status NOT IN ('a')", [filter("status", "other", [1], { wrappedBy: "compare_not_in" })]],
    ["lower(status) = 'a'", [filter("status", "equals", [1], { wrappedBy: "lower" })]],
    ["year(creation_date) = 2024", [filter("creation_date", "equals", [1], { wrappedBy: "year" })]],
    [
      "CAST(creation_date AS VARCHAR) = 'x'",
      [filter("creation_date", "equals", [1], { wrappedBy: "cast" })],
    ],
    [
      "status = project_name",
      [
        filter("status", "other", [], { isAfterScan: true }),
        filter("project_name", "other", [], { isAfterScan: true }),
      ],
    ],
    [
      "status = 'a' OR project_name = 'b'",
      [
        filter("status", "other", [1, 2], { wrappedBy: "or", isAfterScan: true }),
        filter("project_name", "other", [1, 2], { wrappedBy: "or", isAfterScan: true }),
      ],
    ],
  ])("reads %s", async (condition, expected) => {
    expect((await parse(`SELECT 1 FROM projects WHERE ${condition}`)).filters).toEqual(expected);
  });

  test("reads AND-ed filters through aliases and another spelling of names", async () => {
    const shape = await parse(
      "SELECT p.Status FROM PROJECTS p WHERE p.STATUS = 'a' AND creation_date < ?",
    );
    expect(shape.filters).toEqual([filter("status", "equals", [1]), range([2], "upper")]);
    expect(shape.tables).toEqual(["projects"]);
    expect(shape.projected).toEqual([{ table: "projects", column: "status" }]);
    expect(shape.parameterCount).toBe(2);
  });
});

describe("parse: joins and subqueries", () => {
  const join = {
    left: { table: "projects", column: "project_id" },
    right: { table: "portfolio_projects", column: "project_id" },
  };
  test.each([
    "SELECT 1 FROM projects p JOIN portfolio_projects q ON p.project_id = q.project_id",
    "SELECT 1 FROM projects p, portfolio_projects q WHERE p.project_id = q.project_id",
    "SELECT 1 FROM projects p JOIN portfolio_projects q USING (project_id)",
  ])("reads the join of %s", async (sql) => {
    const shape = await parse(sql);
    expect(shape.joins).toEqual([join]);
    expect(shape.tables).toEqual(["projects", "portfolio_projects"]);
  });

  const inside = "SELECT project_id FROM portfolio_projects";
  test.each([
    [`project_id IN (${inside})`, [{ ...join, isMembership: true }]],
    [`project_id NOT IN (${inside})`, [{ ...join, isMembership: true }]],
    [`EXISTS (${inside} q WHERE p.project_id = q.project_id)`, [{ ...join, isMembership: true }]],
  ])("takes %s for a test of membership, which multiplies no rows", async (condition, joins) => {
    const shape = await parse(`SELECT 1 FROM projects p WHERE ${condition}`);
    expect(shape.joins).toEqual(joins);
    expect(shape.tables).toEqual(["projects", "portfolio_projects"]);
  });

  test("takes columns that are joined too for joined", async () => {
    const shape = await parse(
      `SELECT 1 FROM projects p JOIN portfolio_projects q ON p.project_id = q.project_id
       WHERE p.project_id IN (${inside})`,
    );
    expect(shape.joins).toEqual([join]);
  });

  test.each<[string, ColumnRef | null]>([
    ["JOIN", join.left],
    ["LEFT JOIN", join.left],
    ["SEMI JOIN", join.left],
    ["RIGHT JOIN", join.right],
    // Either side's value, or both: no column of a table.
    ["FULL JOIN", null],
  ])("reads a column that USING merges as the side's it comes from: %s", async (kind, ref) => {
    const from = `projects ${kind} portfolio_projects USING (project_id)`;
    const refs = ref === null ? [] : [ref];
    const shape = await parse(
      `SELECT PROJECT_ID, count(*) FROM ${from} WHERE project_id = 1 GROUP BY project_id`,
    );
    expect(shape).toMatchObject({ projected: refs, groupBy: refs });
    expect(shape.filters).toEqual(refs.map((each) => ({ ...filter("", "equals", [1]), ...each })));
    const around = await parse(`SELECT 1 FROM (SELECT * FROM ${from}) s WHERE s.project_id = 1`);
    expect(around.filters).toEqual(shape.filters);
  });

  test("reads a column that USING merges of tables it was not told", async () => {
    const shape = await parser.parse("SELECT id FROM t JOIN u USING (id) WHERE id = 1", []);
    expect(shape.projected).toEqual([{ table: "t", column: "id" }]);
    expect(shape.filters.map((each) => each.table)).toEqual(["t"]);
  });

  test("reads what PIVOT and UNPIVOT in FROM are made of", async () => {
    const pivot = await parse(`
      SELECT * FROM projects PIVOT (max(creation_date) FOR status IN ('a', 'b')) AS p
      WHERE p.project_name = 'x' AND p.status = 'c'`);
    expect(pivot).toMatchObject({ tables: ["projects"], selectsStar: true });
    expect(pivot.filters.map((each) => each.column)).toEqual(["project_name"]);
    expect(pivot.projected.map((each) => each.column).sort()).toEqual(["creation_date", "status"]);
    const unpivot = await parse(`
      WITH few AS (SELECT * FROM projects WHERE project_id = 1)
      SELECT * FROM few UNPIVOT (project_name FOR kind IN (status, creation_date))
      WHERE project_name = 'x' AND status = 'y' AND project_id = 2`);
    expect(unpivot.tables).toEqual(["projects"]);
    expect(unpivot.projected.map((each) => each.column)).toEqual(["status", "creation_date"]);
    const all = await parse(
      "SELECT * FROM projects UNPIVOT (v FOR k IN (COLUMNS(* EXCLUDE (status)))) WHERE status = 'a'",
    );
    expect(all).toMatchObject({ tables: ["projects"], filters: [], isParsed: true });
    expect(unpivot.filters.map((each) => each.column)).toEqual(["project_id", "project_id"]);
  });

  test("finds filters in ON, in subqueries, in EXISTS and in CTEs", async () => {
    const shape = await parse(`
      WITH active AS (SELECT * FROM projects WHERE status = 'a')
      SELECT a.project_id FROM active a
      LEFT JOIN portfolio_projects q ON q.project_id = a.project_id AND q.entry_date > ?
      WHERE a.creation_date > ? AND EXISTS (
        SELECT * FROM portfolios o WHERE o.portfolio_id = q.portfolio_id AND o.risk_profile = 'low')`);
    expect(shape.filters).toEqual([
      filter("status", "equals", [1]),
      { ...range([2], "lower"), table: "portfolio_projects", column: "entry_date" },
      range([3], "lower"),
      { ...filter("risk_profile", "equals", [4]), table: "portfolios" },
    ]);
    expect(shape.joins).toContainEqual({
      left: { table: "portfolios", column: "portfolio_id" },
      right: { table: "portfolio_projects", column: "portfolio_id" },
      isMembership: true,
    });
  });

  test.each([
    ["SELECT status FROM staging.projects p WHERE p.status = 'a'", "staging.projects"],
    ["SELECT status FROM lake.staging.projects WHERE status = 'a'", "lake.staging.projects"],
    ["SELECT status FROM MAIN.Projects WHERE projects.status = 'a'", "projects"],
    ["SELECT status FROM lake.main.projects WHERE status = 'a'", "projects"],
    ["SELECT status FROM projects WHERE status = 'a'", "projects"],
  ])("tells tables of another schema apart: %s", async (sql, name) => {
    const shape = await parser.parse(sql, TABLES, "main");
    expect(shape.tables).toEqual([name]);
    expect(shape.filters).toEqual([{ ...filter("status", "equals", [1]), table: name }]);
    expect((await parse(sql)).tables).toEqual(["projects"]);
  });

  test.each([
    ["UPDATE staging.projects SET status = 'a'", "staging.projects"],
    ["UPDATE main.projects SET status = 'a'", "projects"],
    ["UPDATE lake.\"main\".projects SET status = 'a'", "projects"],
  ])("tells writes to another schema apart: %s", async (sql, table) => {
    const shape = await parser.parse(sql, TABLES, "main");
    expect(shape).toMatchObject({ tables: [table], projected: [{ table, column: "status" }] });
  });

  test.each<[string, FilterFeature[]]>([
    ["projects AS q(a, b, c) WHERE q.c = 'x'", [filter("status", "equals", [1])]],
    ["projects AS q(first) WHERE q.first = 'x'", [filter("project_id", "equals", [1])]],
    [
      "(SELECT status, creation_date FROM projects) q(creation_date, status) WHERE status = 'x'",
      [filter("creation_date", "equals", [1])],
    ],
    ["(SELECT upper(status), status FROM projects) q(status) WHERE status = 'x'", []],
    ["(VALUES ('x'), ('y')) q(status) WHERE status = 'x'", []],
  ])("reads columns that FROM names anew: %s", async (from, filters) => {
    expect((await parse(`SELECT 1 FROM ${from}`)).filters).toEqual(
      filters.map((each) => ({ ...each, parameters: expect.any(Array) })),
    );
    const cte = "WITH q(status) AS (SELECT creation_date FROM projects)";
    const shape = await parse(`${cte} SELECT 1 FROM q WHERE status = 'x'`);
    expect(shape.filters).toEqual([filter("creation_date", "equals", [1])]);
  });

  test.each([
    ["whole = 5", null],
    ["whole = 5.0", "cast"],
    ["5.5 > whole", "cast"],
    ["whole BETWEEN 1 AND 2.5", "cast"],
    ["whole IN (1, 2.5)", "cast"],
    ["whole = 2e0", "cast"],
    ["whole = 9007199254740993", null],
    ["amount > 1.50", null],
    ["amount > 1.555", "cast"],
    ["amount > 123456.0", "cast"],
    ["amount > 1e3", "cast"],
    ["ratio > 1.5", null],
    ["untold = 1.5", null],
    ["code = 5", null],
    ["code = '5'", null],
    ["code = CAST(? AS BIGINT)", "cast"],
    ["code = CAST(? AS VARCHAR)", null],
    ["code = DATE '2020-01-01'", "cast"],
    ["code = current_date - 7", "cast"],
    ["code IN ('a', 'b')", null],
    ["code = lower(?)", null],
    ["seen > now()", "cast"],
    ["seen > CAST(now() AS TIMESTAMP)", null],
    ["seen >= current_date - 7", null],
  ])("sees that DuckDB casts the column to compare it: %s", async (condition, wrappedBy) => {
    const typed = [
      { name: "whole", type: "INTEGER" },
      { name: "amount", type: "DECIMAL(7,2)" },
      ...[{ name: "ratio", type: "DOUBLE" }, { name: "untold" }],
      ...[
        { name: "code", type: "VARCHAR" },
        { name: "seen", type: "TIMESTAMP" },
      ],
    ];
    const shape = await parser.parse(`SELECT 1 FROM t WHERE ${condition}`, [
      { name: "t", columns: typed },
    ]);
    expect(shape.filters).toMatchObject([{ wrappedBy }]);
  });

  test("does not pass a filter through LIMIT, windows or aggregates", async () => {
    for (const inner of [
      "SELECT * FROM projects LIMIT 5",
      "SELECT status, row_number() OVER () AS n FROM projects",
      "SELECT max(status) AS status FROM projects",
    ]) {
      const shape = await parse(`SELECT * FROM (${inner}) s WHERE s.status = 'a'`);
      expect(shape.filters).toEqual([]);
    }
  });

  test("reads both sides of a set operation", async () => {
    const shape = await parse(
      "SELECT status FROM projects WHERE status = 'a' UNION ALL SELECT risk_profile FROM portfolios WHERE risk_profile = 'b' LIMIT 7",
    );
    expect(shape.filters.map((each) => each.column)).toEqual(["status", "risk_profile"]);
    expect(shape.limit).toBe(7);
  });
});

describe("parse: what is grouped, ordered and shown", () => {
  test("reads grouping by ordinal, alias and expression, order, aggregates and limit", async () => {
    const shape = await parse(`
      SELECT status, date_trunc('month', creation_date) AS month, count(*), max(project_name)
      FROM projects GROUP BY 1, month ORDER BY month, 3 DESC LIMIT 20`);
    expect(shape.groupBy.map((each) => each.column)).toEqual(["status", "creation_date"]);
    expect(shape.orderBy.map((each) => each.column)).toEqual(["creation_date"]);
    expect(shape.aggregates).toEqual(["count", "max"]);
    expect(shape.projected.map((each) => each.column)).toEqual([
      "status",
      "creation_date",
      "project_name",
    ]);
    expect(shape).toMatchObject({ limit: 20, selectsStar: false });
  });

  test("reads GROUP BY ALL and stars", async () => {
    const shape = await parse("SELECT status, count(*) FROM projects GROUP BY ALL");
    expect(shape.groupBy).toEqual([{ table: "projects", column: "status" }]);
    expect((await parse("SELECT * FROM projects")).selectsStar).toBe(true);
    expect((await parse("SELECT count(*) FROM projects")).selectsStar).toBe(false);
  });

  test("reads the table of a write and the columns an update assigns", async () => {
    const update = await parse(
      "UPDATE projects SET STATUS = 'x', project_name = f(1, 2) WHERE status = 'y'",
    );
    expect(update).toMatchObject({ kind: "update", isParsed: false, tables: ["projects"] });
    expect(update.projected.map((each) => each.column)).toEqual(["status", "project_name"]);
    expect((await parse('INSERT INTO main."projects" VALUES (1)')).tables).toEqual(["projects"]);
    expect((await parse("DELETE FROM projects")).tables).toEqual(["projects"]);
    const upsert = await parse(
      "INSERT INTO projects VALUES (1, 2, 3) ON CONFLICT (project_id) DO UPDATE SET status = excluded.status",
    );
    expect(upsert.projected.map((each) => each.column)).toEqual(["status"]);
    const several = await parse("UPDATE projects SET (status, project_name) = (1, 2)");
    expect(several.projected.map((each) => each.column)).toEqual(["status", "project_name"]);
  });

  test.each<[string, FilterFeature[]]>([
    [
      "UPDATE projects SET project_name = 'x' WHERE status = 'y'",
      [filter("status", "equals", [2])],
    ],
    [
      "UPDATE projects p SET project_name = ? WHERE ? = p.status",
      [filter("status", "equals", [2])],
    ],
    ["DELETE FROM projects WHERE status IN ('a', 'b')", [filter("status", "in", [1, 2])]],
    [
      "WITH x AS (SELECT 1) DELETE FROM projects WHERE status = 'a'",
      [filter("status", "equals", [2])],
    ],
    [
      "INSERT INTO other SELECT * FROM projects WHERE status = 'a'",
      [filter("status", "equals", [1])],
    ],
    [
      "MERGE INTO other o USING projects p ON o.id = p.project_id AND p.status = 'a' WHEN MATCHED THEN DELETE",
      [filter("status", "equals", [1])],
    ],
    ["UPDATE projects SET status = 'y'", []],
    ["DELETE FROM projects", []],
  ])("reads what a write looks up: %s", async (sql, filters) => {
    expect((await parse(sql)).filters).toEqual(filters);
  });

  test.each([
    ["WITH x AS (SELECT * FROM portfolios) INSERT INTO projects SELECT * FROM x", "insert", []],
    ["WITH x AS (FROM portfolios) UPDATE projects SET status = 1 FROM x", "update", ["status"]],
    ["WITH x AS (FROM portfolios) DELETE FROM projects USING x WHERE true", "delete", []],
    [
      "MERGE INTO projects p USING portfolios q ON p.project_id = q.portfolio_id WHEN MATCHED THEN UPDATE SET status = CASE WHEN true THEN 1 END, project_name = 2",
      "update",
      ["status", "project_name"],
    ],
  ])("reads the target past WITH and of MERGE: %s", async (sql, kind, assigned) => {
    const shape = await parse(sql);
    expect(shape).toMatchObject({ kind, isParsed: false, tables: ["projects", "portfolios"] });
    expect(shape.target).toBe("projects");
    expect(shape.projected.map((each) => each.column)).toEqual(assigned);
    // The text a product keeps tells no less.
    expect(await parse(shape.sql)).toEqual(shape);
  });

  test("reads a target whose name begins with a letter beyond ASCII", async () => {
    const shape = await parser.parse("UPDATE Österreich SET größe = 5", [
      { name: "Österreich", columns: columns("größe") },
    ]);
    expect(shape.tables).toEqual(["Österreich"]);
    expect(shape.projected).toEqual([{ table: "Österreich", column: "größe" }]);
    expect((await parser.parse(shape.sql, [])).tables).toEqual(["Österreich"]);
  });

  test("gives the same shape for a text and for its normalized text", async () => {
    const sql = "SELECT * FROM projects WHERE project_name LIKE 'a%' AND status IN ('a','b','c')";
    const query = await parser.normalize(sql);
    expect(await parse(query.sql)).toEqual(await parse(sql));
  });
});
