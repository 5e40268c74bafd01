import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeKind } from "../../propose-candidates";
import { estimateRange } from "../../range-estimate";
import { column, statistics, table, workload } from "../../testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const projects = (row_count: number, more: Partial<TableSchema> = {}) =>
  table(
    [
      column("id", "INTEGER"),
      column("status", "VARCHAR", { statistics: statistics(3) }),
      column("created", "DATE", { statistics: statistics(3650, "2010-01-01", "2020-01-01") }),
    ],
    { row_count, ...more },
  );
const advise = async (one: TableSchema, sqls: string[], samples?: string[][]) => {
  const entries = sqls.map((sql) => ({
    sql,
    calls: 10,
    mean_ms: 5,
    ...(samples ? { samples } : {}),
  }));
  return proposeKind("cluster_table", {
    tables: [one],
    queries: await workload(parser, [one], entries),
  });
};
const RANGE = "SELECT * FROM projects WHERE created BETWEEN ? AND ?";

describe("proposeOrders", () => {
  test("reads the share of rows off real parameters and the column's extremes", async () => {
    const [guessed] = (await advise(projects(3_000_000), [RANGE])).candidates;
    const [seen] = (await advise(projects(3_000_000), [RANGE], [["2015-01-01", "2015-01-11"]]))
      .candidates;
    expect(guessed?.candidate_id).toBe("cluster_table:projects:created");
    expect(guessed?.estimated_gain).toBeCloseTo(0.77, 2);
    expect(seen?.estimated_gain).toBeCloseTo(0.865, 2);
    expect(seen?.prior).toBeGreaterThan(guessed?.prior ?? 1);
    expect(seen?.factors.find((factor) => factor.name === "Selectivity")?.detail).toBe(
      "Queries keep about 0.3% of the rows by created (from observed parameters and statistics).",
    );
  });

  test.each([
    ["created >= ? AND created < ?", 0.003],
    ["created >= ? AND created < CAST(? AS DATE) + INTERVAL 30 DAY", 0.1],
    ["created > ? AND created > ?", 0.3],
    ["created < ? AND ? > created", 0.3],
    ["created > ? AND created > ? AND created < current_date", 0.1],
    ["created BETWEEN current_date - INTERVAL 9 DAY AND CAST(? AS DATE)", 0.1],
  ])(
    "takes for a range's width only what lies between two values: %s",
    async (condition, share) => {
      const sql = `SELECT * FROM projects WHERE ${condition}`;
      const [created] = projects(3_000_000).columns.slice(-1);
      const entry = { sql, calls: 1, samples: [["2015-01-01", "2015-01-11"]] };
      const [query] = await workload(parser, [projects(3_000_000)], [entry]);
      if (!query || !created) throw new Error("no query");
      const { fraction, isFromData } = estimateRange(query, "projects", created);
      expect(fraction).toBeCloseTo(share, 3);
      expect(isFromData).toBe(share === 0.003);
    },
  );

  test("offers few values compared by = as a weaker key, and as the first of two", async () => {
    const sqls = ["SELECT * FROM projects WHERE status = ? AND created > ?"];
    const { candidates } = await advise(projects(3_000_000), sqls);
    expect(candidates.map((each) => [each.target, each.prior])).toEqual([
      ["status, created", 0.6],
      ["created", 0.6],
      ["status", 0.4],
    ]);
  });

  test.each([
    "SELECT * FROM projects WHERE status = ?",
    "SELECT * FROM projects WHERE status > ?",
    "SELECT * FROM projects ORDER BY status LIMIT 10",
  ])("offers no key that is compared by its collation: %s", async (sql) => {
    const of = (type: string) =>
      table([column("status", type, { statistics: statistics(300) })], { row_count: 3_000_000 });
    expect((await advise(of("VARCHAR"), [sql])).candidates).toHaveLength(1);
    expect((await advise(of("VARCHAR COLLATE NOCASE"), [sql])).candidates).toEqual([]);
  });

  test("offers no key of equality without statistics, nor one of many values", async () => {
    const sqls = ["SELECT * FROM projects WHERE status = ? AND id = ?"];
    expect((await advise(projects(0), sqls)).candidates).toEqual([]);
    const { candidates } = await advise(projects(3_000_000), sqls);
    expect(candidates.map((each) => each.target)).toEqual(["status"]);
  });

  test("offers one value of many where no index finds it, and the first rows by a column", async () => {
    const one = table(
      [
        column("id", "INTEGER", { statistics: statistics(3_000_000) }),
        column("owner", "INTEGER", { statistics: statistics(1000) }),
        column("created", "DATE"),
      ],
      {
        row_count: 3_000_000,
        constraints: [{ type: "PRIMARY KEY", columns: ["id"], sql: "PRIMARY KEY(id)" }],
      },
    );
    const { candidates } = await advise(one, [
      "SELECT * FROM projects WHERE id = ?",
      "SELECT * FROM projects WHERE owner IN (?, ?)",
      "SELECT * FROM projects ORDER BY created DESC LIMIT 10",
      "SELECT * FROM projects WHERE owner > id ORDER BY id LIMIT 10",
    ]);
    expect(candidates.map((each) => each.target)).toEqual(["created, owner", "created", "owner"]);
    expect(candidates[2]?.estimated_gain).toBeCloseTo(1 - 0.002 - 4 / 24.4 - 0.05, 2);
    expect(candidates[0]?.change).toMatchObject({ curve: "morton" });
  });

  test.each([
    ["SELECT * FROM projects ORDER BY created DESC LIMIT 10", ["created"]],
    ["SELECT created AS c FROM projects ORDER BY 1 LIMIT 10", ["created"]],
    ["SELECT * FROM projects ORDER BY year(created) LIMIT 10", []],
    ["SELECT year(created) AS created FROM projects ORDER BY created LIMIT 10", []],
    ["SELECT DISTINCT created FROM projects ORDER BY created LIMIT 10", []],
    ["SELECT * FROM (SELECT DISTINCT * FROM projects) s ORDER BY created LIMIT 10", []],
    ["SELECT * FROM projects PIVOT (max(id) FOR status IN ('a')) ORDER BY created LIMIT 9", []],
  ])("offers the first rows by a column itself, each a row of the table: %s", async (sql, keys) => {
    const { candidates } = await advise(projects(3_000_000), [sql]);
    expect(candidates.map((each) => each.target)).toEqual(keys);
  });

  test("counts no NULL among the rows that an equality keeps", async () => {
    const one = (null_fraction: number) =>
      table([column("owner", "INTEGER", { statistics: { ...statistics(20), null_fraction } })], {
        row_count: 3_000_000,
      });
    const kept = async (null_fraction: number) => {
      const { candidates } = await advise(one(null_fraction), [
        "SELECT * FROM projects WHERE owner = 5",
      ]);
      return candidates[0]?.factors.find((factor) => factor.name === "Selectivity")?.detail;
    };
    expect(await kept(0)).toMatch(/about 5% of the rows/);
    expect(await kept(0.8)).toMatch(/about 1% of the rows/);
  });

  test("offers a join key where the other table is filtered", async () => {
    const days = table([column("day", "DATE"), column("year", "INTEGER")], { name: "days" });
    const tables = [projects(3_000_000), days];
    const sql = (where: string) =>
      `SELECT count(*) FROM projects p JOIN days d ON p.created = d.day ${where}`;
    const ask = async (where: string) =>
      proposeKind("cluster_table", {
        tables,
        queries: await workload(parser, tables, [{ sql: sql(where), calls: 1 }]),
      });
    expect((await ask("")).candidates).toEqual([]);
    const [candidate] = (await ask("WHERE d.year = 2018")).candidates;
    expect(candidate).toMatchObject({ target: "created", prior: 0.4 });
    expect(candidate?.reason).toMatch(/a join on created with a filtered table/);
  });

  test("weighs one key first, the other first and a curve by the time of the queries they serve", async () => {
    const one = table(
      [
        column("day", "DATE", { statistics: statistics(3650, "2010-01-01", "2020-01-01") }),
        column("amount", "INTEGER", { statistics: statistics(90_000, "0", "1000000") }),
      ],
      { row_count: 12_000_000 },
    );
    const ask = async (calls: [number, number]) => {
      const queries = await workload(
        parser,
        [one],
        [
          {
            sql: "SELECT * FROM projects WHERE day BETWEEN ? AND ?",
            calls: calls[0],
            mean_ms: 9,
            samples: [["2015-01-01", "2015-01-11"]],
          },
          {
            sql: "SELECT * FROM projects WHERE amount BETWEEN ? AND ?",
            calls: calls[1],
            mean_ms: 9,
            samples: [["5000", "6000"]],
          },
        ],
      );
      return proposeKind("cluster_table", { tables: [one], queries }).candidates;
    };
    const even = await ask([10, 10]);
    expect(even.map((each) => each.candidate_id)).toEqual([
      "cluster_table:projects:amount,day:morton",
      "cluster_table:projects:amount",
      "cluster_table:projects:day",
    ]);
    expect(even[0]?.targeted_fingerprints).toHaveLength(2);
    expect(even[0]?.reason).toMatch(
      /^Different queries filter on a range of amount and a range of day/,
    );
    expect((await ask([90, 10]))[0]?.target).toBe("day");
  });

  test.each([
    ["SELECT max(created) FROM projects WHERE status = ?", ["created", "created:week"]],
    ["SELECT max(id) FROM projects WHERE status = ?", ["created"]],
  ])("offers ranges where another query reads the key: %s", async (other, keys) => {
    const { candidates } = await advise(projects(3_000_000), [RANGE, other]);
    const orders = candidates.filter((each) => each.target === "created");
    expect(orders.map((each) => each.candidate_id)).toEqual(
      keys.map((key) => `cluster_table:projects:${key}`),
    );
    const [byValues, ...byRanges] = orders;
    const isCostly = byValues?.drawbacks.some((one) => one.includes("as runs")) ?? false;
    expect(isCostly).toBe(byRanges.length > 0);
    for (const { change, title, reason, plan, prior } of byRanges) {
      expect(prior).toBeGreaterThan(byValues?.prior ?? 1);
      expect(change).toMatchObject({ keys: ["created"], step: "week" });
      expect(title).toBe("Cluster `projects` by `created` (weekly)");
      expect(reason).toMatch(
        /Sorting by exact created slows scattered reads; weekly order avoids that\.$/,
      );
      expect(plan.statements.join()).toContain(
        "ORDER BY date_trunc('week', source.created), source.rowid",
      );
    }
  });

  test("tries no more than six orders of one table", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const one = table(
      names.map((name) => column(name, "INTEGER")),
      { row_count: 3_000_000 },
    );
    const sqls = names.map((name) => `SELECT * FROM projects WHERE ${name} < ?`);
    expect((await advise(one, sqls)).candidates).toHaveLength(6);
  });

  test("leaves out a table of less than two row groups", async () => {
    const { candidates, excluded } = await advise(projects(245_759), [RANGE]);
    expect(candidates).toEqual([]);
    expect(excluded[0]?.reason).toMatch(/245,759 rows, less than two row groups of 122,880/);
    expect((await advise(projects(245_760), [RANGE])).candidates).toHaveLength(1);
  });

  test("leaves out a table that a foreign key points to", async () => {
    const one = projects(3_000_000, {
      constraints: [{ type: "PRIMARY KEY", columns: ["id"], sql: "PRIMARY KEY(id)" }],
    });
    const child = table([column("p", "INTEGER")], {
      name: "child",
      constraints: [
        { type: "FOREIGN KEY", columns: ["p"], sql: "FOREIGN KEY (p) REFERENCES projects(id)" },
      ],
    });
    const queries = await workload(parser, [one], [{ sql: RANGE, calls: 1 }]);
    const { candidates, excluded } = proposeKind("cluster_table", {
      tables: [one, child],
      queries,
    });
    expect(candidates).toEqual([]);
    expect(excluded[0]?.reason).toBe("Table projects is referenced by a foreign key of child.");
  });

  test("says by what the previous row order can be restored", async () => {
    const key = { constraints: [{ type: "PRIMARY KEY" as const, columns: ["id"], sql: "" }] };
    const [kept] = (await advise(projects(3_000_000, key), [RANGE])).candidates;
    const [moved] = (await advise(projects(3_000_000), [RANGE])).candidates;
    expect(kept?.risk.reversibility).toMatch(/row order can be restored .*primary key/);
    expect(moved?.risk.reversibility).toMatch(/row order can be restored .*position/);
    expect(moved?.drawbacks.at(-1)).toMatch(/rows deleted before a rollback/);
  });
});
