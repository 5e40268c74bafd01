import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";
import { viewQuery } from "./views";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const columns = (...names: string[]) => names.map((name) => ({ name, type: "BIGINT" }));
const TABLES = [
  { name: "ev", columns: columns("id", "kind", "v") },
  { name: "users", columns: columns("id", "name") },
];
const VIEWS = [
  {
    name: "plain",
    sql: "CREATE VIEW plain AS SELECT id, kind FROM ev;",
    columns: columns("id", "kind"),
  },
  {
    name: "whole",
    sql: "CREATE OR REPLACE VIEW whole AS FROM ev",
    columns: columns("id", "kind", "v"),
  },
  {
    name: "nested",
    sql: "CREATE VIEW nested AS SELECT * FROM plain WHERE kind = 3;",
    columns: columns("id", "kind"),
  },
  {
    name: "Re Named",
    sql: 'CREATE VIEW "Re Named" (a, "b AS c") AS SELECT id, kind FROM main.ev;',
    columns: columns("a", "b AS c"),
  },
  {
    name: "starred",
    sql: "CREATE VIEW starred (a, b, c) AS SELECT * FROM ev;",
    columns: columns("a", "b", "c"),
  },
  {
    name: "limited",
    sql: "CREATE VIEW limited AS SELECT * FROM ev LIMIT 5;",
    columns: columns("id", "kind", "v"),
  },
  {
    name: "joined",
    sql: "CREATE VIEW joined AS WITH w AS (SELECT * FROM ev) SELECT w.*, users.name FROM w JOIN users USING (id);",
    columns: columns("id", "kind", "v", "name"),
  },
  {
    name: "united",
    sql: "CREATE VIEW united AS SELECT id, kind AS second FROM ev UNION ALL SELECT * FROM users;",
    columns: columns("id", "second"),
  },
  { name: "loop", sql: "CREATE VIEW loop AS SELECT * FROM loop", columns: columns("id") },
  { name: "broken", sql: "CREATE VIEW broken AS SELEC", columns: columns("id") },
];
const BOTH = ["ev.id range", "users.id range", "ev.kind range", "users.name range"];
const parse = (sql: string) => parser.parse(sql, TABLES, "main", VIEWS);
const filtersOf = async (sql: string) =>
  (await parse(sql)).filters.map(({ table, column, operator }) => `${table}.${column} ${operator}`);

describe("a query through a view is read as one of the tables below it", () => {
  test.each<[string, string[], string[]]>([
    ["SELECT * FROM plain WHERE id = 7", ["ev"], ["ev.id equals"]],
    ["SELECT p.kind FROM PLAIN p WHERE p.ID IN (1, 2)", ["ev"], ["ev.id in"]],
    ["SELECT * FROM main.whole WHERE v > 1", ["ev"], ["ev.v range"]],
    ["SELECT * FROM nested WHERE id = 7", ["ev"], ["ev.kind equals", "ev.id equals"]],
    [
      'SELECT * FROM "Re Named" WHERE a = 7 AND "b AS c" = 2',
      ["ev"],
      ["ev.id equals", "ev.kind equals"],
    ],
    // `v` is none of its columns.
    ["SELECT * FROM starred WHERE a = 7 AND v = 3", ["ev"], ["ev.id equals"]],
    ["SELECT * FROM united WHERE id = 7", ["ev", "users"], ["ev.id equals", "users.id equals"]],
    [
      "SELECT * FROM united WHERE second > 7",
      ["ev", "users"],
      ["ev.kind range", "users.name range"],
    ],
    ["SELECT * FROM united WHERE id + second > 7", ["ev", "users"], BOTH],
    ["SELECT * FROM (FROM united) q WHERE q.v = 7", ["ev", "users"], []],
    // A filter around a LIMIT is none of the table's.
    ["SELECT * FROM limited WHERE id = 7", ["ev"], []],
    ["SELECT * FROM joined WHERE kind = 7", ["ev", "users"], ["ev.kind equals"]],
    [
      "SELECT 1 FROM users WHERE id IN (SELECT id FROM plain WHERE kind = 1)",
      ["users", "ev"],
      ["users.id other", "ev.kind equals"],
    ],
  ])("%s", async (sql, tables, filters) => {
    expect((await parse(sql)).tables).toEqual(tables);
    expect(await filtersOf(sql)).toEqual(filters);
  });

  test.each<[string, string[]]>([
    ["WITH plain AS (SELECT id FROM users) SELECT * FROM plain WHERE id = 7", ["users"]],
    ["SELECT * FROM raw.plain WHERE id = 7", ["raw.plain"]],
    ["SELECT * FROM loop WHERE id = 7", ["loop"]],
    ["SELECT * FROM broken WHERE id = 7", ["broken"]],
    [
      "WITH ev AS (SELECT * FROM users) SELECT * FROM plain, ev WHERE plain.id = 7",
      ["users", "ev"],
    ],
  ])(
    "but not where the name means something else, or the view cannot be read: %s",
    async (sql, tables) => {
      expect((await parse(sql)).tables).toEqual(tables);
    },
  );

  test("keeps the text and the fingerprint of the query", async () => {
    const sql = "SELECT * FROM plain WHERE id = 7";
    const [shape, query] = [await parse(sql), await parser.normalize(sql)];
    expect(shape).toMatchObject({ sql: query.sql, fingerprint: query.fingerprint });
    expect((await parser.parse(sql, TABLES, "main")).tables).toEqual(["plain"]);
  });
});

describe("a summary is of the table below a view that only leaves columns out", () => {
  const summarize = (sql: string) => parser.summarize(sql, TABLES, VIEWS);

  test("whose columns it reads", async () => {
    const summary = await summarize("SELECT kind, count(*) FROM plain AS p GROUP BY kind");
    expect(summary).toMatchObject({ table: "ev", keys: [{ column: "kind" }] });
  });

  test.each([
    "SELECT kind, count(*) FROM nested GROUP BY kind",
    "SELECT a, count(*) FROM starred GROUP BY a",
    "SELECT kind, count(*) FROM limited GROUP BY kind",
    "SELECT kind, count(*) FROM joined GROUP BY kind",
    "SELECT count(*) FROM (SELECT DISTINCT * FROM plain)",
  ])("and of no other: %s", async (sql) => {
    expect(await summarize(sql)).toBeNull();
  });
});

test.each([
  ["CREATE VIEW a AS SELECT 1;", "SELECT 1", false],
  ['CREATE OR REPLACE TEMP VIEW IF NOT EXISTS x."as" ( "q (", b ) AS\n FROM t', "FROM t", true],
  ["SELECT a AS b FROM t", "SELECT a AS b FROM t", false],
])("takes the query out of %s", (sql, query, isRenamed) => {
  expect(viewQuery(sql)).toEqual({ query, isRenamed });
});
