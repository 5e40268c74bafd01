import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeKind } from "../../propose-candidates";
import { column, statistics, table, workload } from "../../testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const advise = async (one: TableSchema, ...sqls: string[]) => {
  const entries = sqls.map((sql) => ({ sql, calls: 10, mean_ms: 5 }));
  return proposeKind("add_index", {
    tables: [one],
    queries: await workload(parser, [one], entries),
  });
};
const sized = (distinct: number, type = "VARCHAR") =>
  table([column("name", type, { statistics: statistics(distinct) }), column("other", "INTEGER")], {
    row_count: 3_000_000,
    estimated_bytes: 100_000_000,
  });

describe("proposeIndexes", () => {
  test.each([
    "SELECT * FROM projects WHERE name > 'a'",
    "SELECT * FROM projects WHERE lower(name) = 'a'",
    "SELECT * FROM projects WHERE name LIKE 'a%'",
    "SELECT * FROM projects ORDER BY name",
    "SELECT name, count(*) FROM projects GROUP BY name",
    "SELECT * FROM projects a JOIN projects b ON a.name = b.name",
  ])("offers nothing for what an index cannot serve: %s", async (sql) => {
    expect(await advise(sized(3_000_000), sql)).toEqual({ candidates: [], excluded: [] });
  });

  test("two columns have two ids, whatever signs are in their names", async () => {
    const named = (name: string, of: string): TableSchema => ({
      ...table([column(of, "VARCHAR", { statistics: statistics(3_000_000) })]),
      ...{ name, row_count: 3_000_000 },
    });
    const tables = [named("a:b", "c"), named("a", "b:c")];
    const sqls = [`SELECT * FROM "a:b" WHERE c = 'x'`, `SELECT * FROM a WHERE "b:c" = 'x'`];
    const entries = sqls.map((sql) => ({ sql, calls: 10, mean_ms: 5 }));
    const queries = await workload(parser, tables, entries);
    const { candidates } = proposeKind("add_index", { tables, queries });
    expect(candidates.map((one) => one.candidate_id).sort()).toEqual([
      "add_index:a%3Ab:c",
      "add_index:a:b%3Ac",
    ]);
  });

  test("rates by the rows a value matches, as measured", async () => {
    const rate = async (distinct: number) =>
      (await advise(sized(distinct), "SELECT * FROM projects WHERE name = 'a'")).candidates[0];
    const [unique, some, few] = [await rate(3_000_000), await rate(100_000), await rate(3)];
    expect(unique).toMatchObject({ prior: expect.closeTo(0.885, 2), estimated_gain: 0.975 });
    expect(some?.estimated_gain).toBeCloseTo(0.714, 2);
    expect(few?.prior).toBeLessThan(0.05);
    expect(few?.factors.find((factor) => factor.name === "Selectivity")?.weight).toBe(-1);
    expect(few?.drawbacks[0]).toBe(
      "With about 3 distinct values, a value matches about 1,000,000 of 3,000,000 rows, more than the 3,000 up to which DuckDB uses an index. On a column with 3 values we measured queries 2.6 times slower.",
    );
    expect(unique?.drawbacks).toEqual([expect.stringContaining("DuckDB refuses ALTER TABLE")]);
  });

  test("counts no NULL among the rows a value matches", async () => {
    const sparse = (null_fraction: number) =>
      table([column("name", "VARCHAR", { statistics: { ...statistics(1000), null_fraction } })], {
        row_count: 3_000_000,
      });
    const sql = "SELECT * FROM projects WHERE name = 'a'";
    const detail = async (null_fraction: number) => {
      const [candidate] = (await advise(sparse(null_fraction), sql)).candidates;
      return candidate?.factors.find((factor) => factor.name === "Selectivity")?.detail;
    };
    expect(await detail(0)).toMatch(/matches about 3,000 rows/);
    expect(await detail(0.99)).toMatch(/matches about 30 rows/);
  });

  test("leaves out a table that is read in one step", async () => {
    const of = (row_count: number) => ({ ...sized(5), row_count });
    const sql = "SELECT * FROM projects WHERE name = 'a'";
    const { candidates, excluded } = await advise(of(2048), sql);
    expect(candidates).toEqual([]);
    expect(excluded[0]?.reason).toMatch(/2,048 rows, no more than DuckDB reads at a time/);
    for (const rows of [0, 2049]) expect((await advise(of(rows), sql)).candidates).toHaveLength(1);
  });

  test("counts writes against it", async () => {
    const { candidates } = await advise(
      sized(3_000_000),
      "SELECT * FROM projects WHERE name IN ('a', 'b')",
      "INSERT INTO projects VALUES ('a', 1)",
      "UPDATE projects SET name = 'b' WHERE other = 1",
      "UPDATE projects SET other = 1",
    );
    const [candidate] = candidates;
    expect(candidate?.factors.at(-1)).toEqual({
      name: "Write rate",
      detail: "25% of all calls insert into projects, 25% update name; each maintains the index.",
      weight: -0.5,
    });
    expect(candidate?.drawbacks.slice(0, 2)).toEqual([
      expect.stringContaining("Inserts of many rows"),
      "Updates of name become delete and insert.",
    ]);
    expect(candidate?.risk.affected_consumers).toContain(
      "2 update query shapes on projects (20 calls)",
    );
  });

  describe("expects nothing where DuckDB does not look into an index", () => {
    test.each([
      ["name = 'a' AND other = 1", "a condition on other beside it"],
      ["name = 'a' AND other > 1", "a condition on other beside it"],
      ["name IN ('a', 'b') AND other + 1 = 3", "a condition on other beside it"],
      ["name = 'a' AND other BETWEEN 1 AND 2", "a condition on other beside it"],
      ["name = 'a' AND other IS NULL", "a condition on other beside it"],
      ["name = 'a' AND other NOT IN (1, 2)", "a condition on other beside it"],
      ["name = 'a' OR name = 'b'", "equalities joined by OR"],
      ["(name = 'a' OR name = 'b' OR name = 'c') AND name <> 'd'", "equalities joined by OR"],
      ["name = 'a' ORDER BY other DESC LIMIT 20", "ORDER BY … LIMIT"],
      ["name = 'a' ORDER BY other LIMIT ?", "ORDER BY … LIMIT"],
    ])("%s", async (condition, obstacle) => {
      const sql = `SELECT * FROM projects WHERE ${condition}`;
      const { candidates } = await advise(sized(3_000_000), sql);
      expect(candidates[0]).toMatchObject({ target: "name", prior: 0.02, estimated_gain: 0.02 });
      expect(candidates[0]?.drawbacks[0]).toBe(
        `1 query shape (10 calls) compare name, but DuckDB takes no index for them: ${obstacle}.`,
      );
    });
  });

  test.each([
    "name = 'a' AND other <> 5",
    "name = 'a' AND other IS NOT NULL",
    "name = 'a' AND name <> 'b'",
    "name = 'a' AND (other = 5 OR name > 'b')",
    "name = 'a' AND other IN (SELECT portfolio_id FROM portfolios)",
    "name = 'a' ORDER BY other",
    "name = 'a' ORDER BY other + 1 LIMIT 5",
    "name = 'a' LIMIT 5",
  ])("expects the whole gain of what does not matter to the index: %s", async (condition) => {
    const sql = `SELECT * FROM projects WHERE ${condition}`;
    const { candidates } = await advise(sized(3_000_000), sql);
    expect(candidates[0]?.estimated_gain).toBe(0.975);
  });

  test("takes <> for a filter where statistics show that some row fails it", async () => {
    const gain = async (condition: string) => {
      const one = sized(3_000_000);
      const [name, other] = one.columns;
      if (name && other) one.columns = [name, { ...other, statistics: statistics(9, "1", "9") }];
      const sql = `SELECT * FROM projects WHERE name = 'a' AND ${condition}`;
      const shape = await parser.parse(sql, [one]);
      const { parameters } = await parser.normalize(sql);
      const queries = await workload(parser, [one], [{ sql, calls: 1, samples: [[]] }]);
      const described = queries.map((query) => ({ ...query, shape, parameters }));
      const { candidates } = proposeKind("add_index", { tables: [one], queries: described });
      return candidates.find(({ target }) => target === "name")?.estimated_gain;
    };
    expect(await gain("other <> 50")).toBe(0.975);
    expect(await gain("other <> 5")).toBe(0.02);
    expect(await gain("other IS NOT NULL")).toBe(0.975);
  });

  test("counts only the queries that an index serves", async () => {
    const { candidates } = await advise(
      sized(3_000_000),
      "SELECT * FROM projects WHERE name = 'a'",
      "SELECT * FROM projects WHERE name = 'a' AND other > 1",
    );
    expect(candidates[0]?.targeted_fingerprints).toHaveLength(1);
    expect(candidates[0]?.reason).toContain("10 calls, 50% of the workload");
    expect(candidates[0]?.drawbacks[0]).toContain("a condition on other beside it");
  });

  test.each<[string, Partial<TableSchema>, string]>([
    [
      "VARCHAR",
      { constraints: [{ type: "PRIMARY KEY", columns: ["name"], sql: "" }] },
      "already has an index",
    ],
    [
      "VARCHAR",
      { indexes: [{ name: "i", columns: ["name"], is_unique: false, sql: "" }] },
      "already has an index",
    ],
    ["BOOLEAN", {}, "2 values at most"],
    ["ENUM('a', 'b', 'c')", {}, "3 values at most"],
    ["UTINYINT", {}, "256 values at most"],
    ["INTEGER[]", {}, "cannot index a column of type INTEGER[]"],
    ["STRUCT(a INTEGER)", {}, "cannot index"],
    ["VARCHAR COLLATE NOCASE", {}, "which an index does not support"],
  ])("leaves out what cannot be built (%s)", async (type, more, reason) => {
    const one = { ...sized(3_000_000, type), ...more };
    const proposals = await advise(one, "SELECT * FROM projects WHERE name = ?");
    expect(proposals.candidates).toEqual([]);
    expect(proposals.excluded[0]?.reason).toContain(reason);
  });
});
