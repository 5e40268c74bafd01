import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IndexSchema, TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeKind } from "../../propose-candidates";
import { proposeRequested } from "../../propose-requested";
import { column, statistics, table, workload } from "../../testing/advice";
import { describeQuery } from "../../workload-query";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const index = (name: string, columns: string[], more: Partial<IndexSchema> = {}): IndexSchema => ({
  name,
  columns,
  is_unique: false,
  sql: `CREATE INDEX ${name} ON projects(${columns.join(", ")});`,
  ...more,
});
const projects = (indexes: IndexSchema[], more: Partial<TableSchema> = {}): TableSchema =>
  table(
    [
      column("status", "VARCHAR", { statistics: statistics(3) }),
      column("owner", "INTEGER", { statistics: statistics(100_000) }),
      column("name", "VARCHAR", { statistics: statistics(2_900_000) }),
    ],
    { row_count: 3_000_000, estimated_bytes: 200_000_000, indexes, ...more },
  );
const advise = async (one: TableSchema, sqls: string[], calls = 600) => {
  const entries = sqls.map((sql) => ({ sql, calls, mean_ms: 5 }));
  return proposeKind("drop_index", {
    tables: [one],
    queries: await workload(parser, [one], entries),
  });
};
const BY_OWNER = "SELECT * FROM projects WHERE owner = ?";

describe("proposeDrops", () => {
  test("keeps an index that queries use", async () => {
    expect(await advise(projects([index("by_owner", ["owner"])]), [BY_OWNER])).toEqual({
      candidates: [],
      excluded: [],
    });
  });

  test.each([
    "SELECT * FROM projects WHERE owner > 5",
    "SELECT owner FROM projects ORDER BY owner",
  ])("drops an index that no query compares with values: %s", async (sql) => {
    const insert = "INSERT INTO projects VALUES ('a', 1, 'b')";
    const { candidates } = await advise(projects([index("by_owner", ["owner"])]), [sql, insert]);
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({
      candidate_id: "drop_index:projects:by_owner",
      estimated_gain: 0.5,
      estimated_storage_overhead: -0.24,
      plan: {
        statements: ["DROP INDEX by_owner;"],
        revert_statements: ["CREATE INDEX by_owner ON projects (owner);"],
      },
    });
    expect(candidates[0]?.targeted_fingerprints).toHaveLength(1);
    expect(candidates[0]?.drawbacks).toEqual([
      "A query that was not observed (a monthly one, say) may need the index.",
    ]);
  });

  test("drops an index on few values, for the queries that it slows down", async () => {
    const sql = "SELECT count(*) FROM projects WHERE status = ?";
    const { candidates } = await advise(projects([index("by_status", ["status"])]), [sql]);
    expect(candidates[0]).toMatchObject({ prior: 0.6, estimated_gain: 0.615 });
    expect(candidates[0]?.reason).toMatch(/about 1,000,000 rows.*2.6 times as long/);
    expect(candidates[0]?.targeted_fingerprints).toHaveLength(1);
  });

  test("drops the less selective of two indexes that every query compares together", async () => {
    const both = projects([index("by_owner", ["owner"]), index("by_name", ["name"])]);
    const sql = "SELECT * FROM projects WHERE owner = ? AND name = ?";
    const { candidates } = await advise(both, [sql]);
    expect(candidates.map((each) => each.target)).toEqual(["owner"]);
    expect(candidates[0]?.reason).toMatch(/uses neither of two indexes/);
    expect((await advise(both, [sql, BY_OWNER])).candidates).toEqual([]);
  });

  test("drops an index over several columns, which DuckDB does not use", async () => {
    const { candidates } = await advise(projects([index("by_two", ["owner", "name"])]), [BY_OWNER]);
    expect(candidates[0]?.reason).toMatch(/no index over several columns/);
    expect(candidates[0]?.estimated_gain).toBe(0);
    expect(candidates[0]?.drawbacks.at(-1)).toMatch(/only frees memory/);
  });

  test.each([
    "UPDATE projects SET status = 'a' WHERE owner = 5",
    "DELETE FROM projects WHERE status = 'a' AND projects.\"Owner\" IN (1, 2)",
    "INSERT INTO archive SELECT * FROM projects WHERE owner = 5",
    "CREATE TABLE some_projects AS SELECT * FROM main.projects WHERE owner = 5",
    "SELECT * FROM lake.projects WHERE owner = 5",
  ])("keeps an index that may be used where no proof can tell: %s", async (sql) => {
    const one = projects([index("by_owner", ["owner"])]);
    const sqls = ["SELECT * FROM projects WHERE status = ?", sql];
    const entries = sqls.map((each) => ({ sql: each, calls: 600, mean_ms: 5 }));
    const seen = await workload(parser, [one], entries);
    const queries = await Promise.all(
      seen.map(({ pattern }) => describeQuery(parser, pattern, [one])),
    );
    expect(proposeKind("drop_index", { tables: [one], queries })).toEqual({
      candidates: [],
      excluded: [],
    });
  });

  test.each([
    "UPDATE projects SET owner = 5 WHERE name = 'a'",
    "DELETE FROM projects WHERE name = 'owner' -- by owner",
    "DELETE FROM others WHERE owner = 5",
  ])("drops one that a write does not look rows up by: %s", async (sql) => {
    const { candidates } = await advise(projects([index("by_owner", ["owner"])]), [sql]);
    expect(candidates).toHaveLength(1);
  });

  test("says of a table that others refer to what the index refused, whoever asks", async () => {
    const referring = table([column("project", "INTEGER")], {
      name: "tasks",
      constraints: [
        {
          ...{ type: "FOREIGN KEY", columns: ["project"] },
          sql: "FOREIGN KEY (project) REFERENCES projects(id)",
        },
      ],
    });
    const tables = [projects([index("by_owner", ["owner"])]), referring];
    const seen = await workload(parser, tables, [
      { sql: "SELECT * FROM projects WHERE name = ?", calls: 600, mean_ms: 5 },
    ]);
    const { candidates } = proposeKind("drop_index", { tables, queries: seen });
    const said =
      /foreign key of tasks .* updates of owner .*MERGE\) are refused .* without it they/;
    expect(candidates[0]?.drawbacks.at(-1)).toMatch(said);
    const change = { kind: "drop_index", table: "projects", index: "by_owner" } as const;
    const asked = proposeRequested({ tables, queries: [] }, { changes: [change], reason: "" });
    expect(asked.candidates[0]?.drawbacks.at(-1)).toMatch(said);
  });

  test("says of a unique index, when one asks to drop it, that its rule is gone", () => {
    const tables = [projects([index("u", ["name"], { is_unique: true })])];
    const change = { kind: "drop_index", table: "projects", index: "u" } as const;
    const asked = proposeRequested({ tables, queries: [] }, { changes: [change], reason: "" });
    expect(asked.candidates[0]?.drawbacks).toEqual([
      expect.stringMatching(
        /^u is unique: without it, a second row with the same name is no longer/,
      ),
    ]);
  });

  test("leaves out all of them while the queries are those a request brought", async () => {
    const tables = [projects([index("by_owner", ["owner"]), index("by_status", ["status"])])];
    const sql = "SELECT * FROM projects WHERE status = ?";
    const queries = await workload(parser, tables, [{ sql, calls: 600, mean_ms: 5 }]);
    expect(
      proposeKind("drop_index", { tables, queries, workloadOf: "product" }).candidates,
    ).toHaveLength(2);
    const { candidates, excluded } = proposeKind("drop_index", {
      tables,
      queries,
      workloadOf: "request",
    });
    expect(candidates).toEqual([]);
    expect(excluded.map((each) => each.candidate.target)).toEqual(["owner", "status"]);
    expect(excluded[0]?.reason).toMatch(/Only the queries of the request/);
  });

  test("says when the observation is short", async () => {
    const { candidates } = await advise(projects([index("by_name", ["name"])]), [BY_OWNER], 20);
    expect(candidates[0]?.drawbacks).toContain("Only 20 calls on projects were observed.");
  });

  test.each<[string, IndexSchema]>([
    ["a unique index", index("u", ["name"], { is_unique: true })],
    ["an index on an expression", index("e", ["lower(name)"])],
    [
      "an index without a known statement, perhaps a constraint's",
      index("k", ["name"], { sql: "" }),
    ],
  ])("never drops %s", async (_, one) => {
    expect(await advise(projects([one]), [BY_OWNER])).toEqual({ candidates: [], excluded: [] });
  });
});
