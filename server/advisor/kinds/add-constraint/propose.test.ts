import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeKind } from "../../propose-candidates";
import { column, statistics, table, workload } from "../../testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const ROWS = 1_000_000;
const key = (name: string, distinct = 970_000, more: Partial<ColumnSchema> = {}) =>
  column(name, "BIGINT", { statistics: statistics(distinct), ...more });
const projects = (columns: ColumnSchema[], more: Partial<TableSchema> = {}) =>
  table(columns, { row_count: ROWS, estimated_bytes: 80_000_000, ...more });
const advise = async (one: TableSchema, sqls: string[]) => {
  const entries = sqls.map((sql, at) => ({ sql, calls: 10 * (at + 1), mean_ms: 5 }));
  return proposeKind("add_constraint", {
    tables: [one],
    queries: await workload(parser, [one], entries),
  });
};
const BY = (name: string) => `SELECT * FROM projects WHERE ${name} = ?`;

describe("proposeConstraints", () => {
  test("makes the column looked up most the primary key, others UNIQUE", async () => {
    const one = projects([key("code"), key("id"), key("part", 3000)]);
    const { candidates } = await advise(one, [BY("code"), BY("part"), BY("id")]);
    expect(candidates.map((each) => each.candidate_id)).toEqual([
      "add_constraint:projects:PRIMARY KEY:id",
      "add_constraint:projects:UNIQUE:code",
    ]);
    expect(candidates[0]?.plan.statements).toContain("ALTER TABLE projects ADD PRIMARY KEY (id);");
    expect(candidates[0]?.estimated_gain).toBeGreaterThan(0.9);
    expect(candidates[0]?.estimated_storage_overhead).toBe(0.2);
    expect(candidates[1]?.risk.level).toBe("high");
    expect(candidates[1]?.risk.blast_radius).toMatch(/Comments .* would be lost/);
  });

  test("proposes UNIQUE only where there is a primary key, and nothing where a key stands", async () => {
    const constraints = [{ type: "PRIMARY KEY" as const, columns: ["id"], sql: "PRIMARY KEY(id)" }];
    const one = projects([key("code"), key("id")], { constraints });
    const { candidates } = await advise(one, [BY("code"), BY("id")]);
    expect(candidates.map((each) => each.change)).toEqual([
      { kind: "add_constraint", table: "projects", constraint: "UNIQUE", columns: ["code"] },
    ]);
  });

  test("expects next to nothing where only joins use the column", async () => {
    const tables = [projects([key("id")]), table([column("project", "BIGINT")], { name: "tasks" })];
    const sql = "SELECT count(*) FROM tasks JOIN projects ON tasks.project = projects.id";
    const queries = await workload(parser, tables, [{ sql, calls: 10, mean_ms: 5 }]);
    const [candidate] = proposeKind("add_constraint", { tables, queries }).candidates;
    expect(candidate).toMatchObject({ target: "id", prior: 0.05, estimated_gain: 0.05 });
    expect(candidate?.drawbacks.join(" ")).toMatch(/Only joins use it/);
  });

  test.each<[string, ColumnSchema]>([
    ["repeated values", key("id", 899_999)],
    ["NULLs", key("id", 970_000, { statistics: { ...statistics(970_000), null_fraction: 0.001 } })],
    ["no statistics", key("id", 0, { statistics: null })],
    ["a floating-point type", column("id", "DOUBLE", { statistics: statistics(970_000) })],
    ["a collation", column("id", "VARCHAR COLLATE NOCASE", { statistics: statistics(970_000) })],
  ])("proposes nothing for %s", async (_, one) => {
    expect((await advise(projects([one]), [BY("id")])).candidates).toEqual([]);
  });
});
