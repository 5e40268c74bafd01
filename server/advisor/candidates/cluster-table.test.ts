import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { column, statistics, table, workload } from "../testing/advice";
import { proposeOrders } from "./cluster-table";

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
  return proposeOrders({ tables: [one], queries: await workload(parser, [one], entries) });
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
      "Queries keep about 0.3 % of the rows by created (from the parameters and statistics seen).",
    );
  });

  test("offers few values compared by = as a weaker key, and as the first of two", async () => {
    const sqls = ["SELECT * FROM projects WHERE status = ? AND created > ?"];
    const { candidates } = await advise(projects(3_000_000), sqls);
    expect(candidates.map((each) => [each.target, each.prior])).toEqual([
      ["status", 0.4],
      ["status, created", 0.6],
      ["created", 0.6],
    ]);
  });

  test("offers no key of equality without statistics, nor one of many values", async () => {
    const sqls = ["SELECT * FROM projects WHERE status = ? AND id = ?"];
    expect((await advise(projects(0), sqls)).candidates).toEqual([]);
    const { candidates } = await advise(projects(3_000_000), sqls);
    expect(candidates.map((each) => each.target)).toEqual(["status"]);
  });

  test("leaves out a table of less than two row groups", async () => {
    const { candidates, left_out } = await advise(projects(245_759), [RANGE]);
    expect(candidates).toEqual([]);
    expect(left_out[0]?.reason).toMatch(/245 759 rows, less than two row groups of 122 880/);
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
    const { candidates, left_out } = proposeOrders({ tables: [one, child], queries });
    expect(candidates).toEqual([]);
    expect(left_out[0]?.reason).toBe("Table projects is referenced by a foreign key of child.");
  });

  test("says whether the former row order can be restored", async () => {
    const key = { constraints: [{ type: "PRIMARY KEY" as const, columns: ["id"], sql: "" }] };
    const [kept] = (await advise(projects(3_000_000, key), [RANGE])).candidates;
    const [lost] = (await advise(projects(3_000_000), [RANGE])).candidates;
    expect(kept?.risk.reversibility).toMatch(/former row order can be restored/);
    expect(lost?.risk.reversibility).toMatch(/row order cannot/);
    expect(lost?.counter_indications.at(-1)).toMatch(/cannot be restored/);
  });
});
