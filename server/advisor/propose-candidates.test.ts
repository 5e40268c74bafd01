import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Candidate } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { describeEstimate, proposeCandidates } from "./index";
import { column, statistics, table, workload } from "./testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const SPECIFICATION = [
  table(
    [
      column("project_id", "UUID"),
      column("project_name", "VARCHAR"),
      column("status", "VARCHAR"),
      column("creation_date", "DATE"),
    ],
    { indexes: [{ name: "project_id", columns: ["project_id"], is_unique: false, sql: "" }] },
  ),
];
const specification = async () => ({
  tables: SPECIFICATION,
  queries: await workload(parser, SPECIFICATION, [
    { sql: "SELECT * FROM projects WHERE status = ?", calls: 120 },
    { sql: "SELECT * FROM projects WHERE creation_date > ?", calls: 45 },
  ]),
  tableName: "projects",
});

describe("the specification's example, answered from its context alone", () => {
  test("gets one suggestion for status and one for creation_date", async () => {
    const { candidates, excluded } = proposeCandidates(await specification());
    expect(excluded).toEqual([]);
    expect(candidates.map((each) => each.candidate_id).sort()).toEqual([
      "add_index:projects:status",
      "cluster_table:projects:creation_date",
    ]);
    const index = candidates.find((each) => each.target === "status");
    expect(index?.plan.statements).toEqual([
      "CREATE INDEX idx_projects_status ON projects (status);",
    ]);
    expect(index?.reason).toBe(
      "High-frequency filtering on status (120 calls, 73% of the workload), a non-indexed column with an unknown number of distinct values.",
    );
    const order = candidates.find((each) => each.target === "creation_date");
    expect(order?.plan.statements.join("\n")).toMatch(/ORDER BY source\.creation_date;/);
    expect(order?.risk.level).toBe("high");
    expect(order?.drawbacks.join(" ")).toMatch(/not known here/);
  });

  test("admits little confidence", async () => {
    const { candidates } = proposeCandidates(await specification());
    const { confidence } = describeEstimate(candidates);
    expect(confidence).toBeGreaterThan(0.1);
    expect(confidence).toBeLessThan(0.5);
    expect(describeEstimate([])).toEqual({ confidence: 0 });
  });
});

describe("with statistics", () => {
  const TABLES = [
    table(
      [
        column("project_id", "UUID", { nullable: false, statistics: statistics(3_000_000) }),
        column("project_name", "VARCHAR", { statistics: statistics(2_900_000, "a", "z") }),
        column("status", "VARCHAR", { statistics: statistics(3, "ACTIVE", "PROPOSED") }),
        column("creation_date", "DATE", {
          statistics: statistics(5000, "2010-01-01", "2020-01-01"),
        }),
      ],
      {
        row_count: 3_000_000,
        estimated_bytes: 300_000_000,
        constraints: [
          { type: "PRIMARY KEY", columns: ["project_id"], sql: "PRIMARY KEY(project_id)" },
        ],
      },
    ),
  ];
  const input = async () => ({
    tables: TABLES,
    queries: await workload(parser, TABLES, [
      { sql: "SELECT * FROM projects WHERE project_id = ?", calls: 100, mean_ms: 1 },
      { sql: "SELECT * FROM projects WHERE project_name = ?", calls: 100, mean_ms: 28 },
      { sql: "SELECT count(*) FROM projects WHERE status = ?", calls: 50, mean_ms: 20 },
      {
        sql: "SELECT * FROM projects WHERE creation_date BETWEEN ? AND ?",
        calls: 40,
        mean_ms: 100,
        samples: [["2015-01-01", "2015-02-01"]],
      },
      { sql: "INSERT INTO projects VALUES (?, ?, ?, ?)", calls: 20, mean_ms: 1 },
    ]),
    distinctValues: (_: string, name: string) =>
      name === "status" ? ["PROPOSED", "ACTIVE", "COMPLETED"] : undefined,
  });

  test("the near-unique look-up and the range come first, the 3-value index last", async () => {
    const { candidates, excluded } = proposeCandidates(await input());
    const ids = candidates.map((each) => each.candidate_id);
    expect(ids.slice(0, 2).sort()).toEqual([
      "add_index:projects:project_name",
      "cluster_table:projects:creation_date",
    ]);
    expect(ids.at(-1)).toBe("add_index:projects:status");
    expect(candidates.at(-1)?.drawbacks[0]).toMatch(/1,000,000 of 3,000,000 rows/);
    expect(ids).toContain("change_type:projects:status");
    expect(excluded.map((each) => [each.candidate.candidate_id, each.reason])).toEqual([
      ["add_index:projects:project_id", expect.stringMatching(/already has an index/)],
    ]);
  });

  test("is deterministic, valid by the contract, and does not depend on the order of queries", async () => {
    const first = proposeCandidates(await input());
    const again = await input();
    again.queries.reverse();
    const second = proposeCandidates(again);
    expect(second.candidates.map((each) => each.candidate_id)).toEqual(
      first.candidates.map((each) => each.candidate_id),
    );
    expect(proposeCandidates(await input())).toEqual(first);
    for (const each of first.candidates) expect(Candidate.parse(each)).toEqual(each);
  });

  test("advises on the asked table only, and never on undo data", async () => {
    const base = await input();
    expect(proposeCandidates({ ...base, tableName: "others" }).candidates).toEqual([]);
    const undo = TABLES.map((each) => ({ ...each, name: "_sidecar_order_projects" }));
    const queries = await workload(parser, undo, [
      { sql: "SELECT * FROM _sidecar_order_projects WHERE project_name = ?", calls: 9 },
    ]);
    expect(queries[0]?.shape.filters).toHaveLength(1);
    expect(proposeCandidates({ tables: undo, queries })).toMatchObject({
      ...{ candidates: [], excluded: [] },
    });
  });
});
