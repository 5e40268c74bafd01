import { describe, expect, test } from "vitest";
import type { WorkloadQuery } from "@/server/advisor";
import type { ConstraintSchema, ProductSchema, TableSchema } from "@/server/contracts";
import { candidate, query } from "../testing/candidates";
import { projectsSchema } from "../testing/product";
import { groupTables, selectWorkload, splitCandidates } from "./select-workload";

const schema = projectsSchema(1000);
const [PROJECTS] = schema.tables;

function table(name: string, constraints: ConstraintSchema[] = [], row_count = 1000): TableSchema {
  if (PROJECTS === undefined) throw new Error("no table");
  return { ...PROJECTS, name, constraints, row_count };
}
const productOf = (tables: TableSchema[]): ProductSchema => ({ ...schema, tables });

function read(name: string, tables: string[], ms: number): WorkloadQuery {
  const one = query(name, `SELECT '${name}'`, [], { calls: 10 });
  return { pattern: { ...one.pattern, mean_ms: ms }, shape: { ...one.shape, tables } };
}
const indexOn = (name: string) =>
  candidate({ kind: "add_index", table: name, column: "status" }, [], ["SELECT 1"]);
const groupsOf = (input: Parameters<typeof groupTables>[0]): string[][] =>
  groupTables(input).map((group) => group.map(({ name }) => name));

describe("tables of a proof", () => {
  const tables = Array.from({ length: 300 }, (_, at) => table(`t${at}`));
  const queries = tables.map(({ name }, at) => read(`q${at}`, [name], at));
  const input = { schema: productOf(tables), queries, rowsMax: 5000 };

  test("come by the time of the queries that read them", () => {
    const groups = groupsOf({ ...input, candidates: tables.map(({ name }) => indexOn(name)) });
    expect(groups.slice(0, 3)).toEqual([["t299"], ["t298"], ["t297"]]);
    expect(groups).toHaveLength(300);
    expect(groupsOf({ ...input, candidates: [] })).toEqual(groups);
  });

  test("of one query come together", () => {
    const joining = [...queries.slice(0, 2), read("join", ["t5", "t7"], 1000)];
    const candidates = [indexOn("t1"), indexOn("t7")];
    const groups = groupsOf({ ...input, queries: joining, candidates });
    expect(groups.slice(0, 2)).toEqual([["t5", "t7"], ["t1"]]);
  });

  test("that no change needs come last, and beside changes only small ones", () => {
    const small = tables.slice(0, 3).map((one) => ({ ...one, row_count: 100 }));
    const all = [...small, table("large"), table("t3", [], 100), table("_sidecar_undo", [], 1)];
    const some = { ...input, schema: productOf(all) };
    expect(groupsOf({ ...some, candidates: [indexOn("t1")] })).toEqual([
      ...[["t1"], ["t3"], ["t2"], ["t0"]],
    ]);
    expect(groupsOf({ ...some, candidates: [] }).flat()).toContain("large");
  });

  test("bring along what their foreign keys point to, and what points to one that is written", () => {
    const pointing = (to: string): ConstraintSchema => ({
      type: "FOREIGN KEY",
      columns: ["project_id"],
      sql: `FOREIGN KEY (project_id) REFERENCES ${to}(project_id)`,
    });
    const family = [
      ...[table("grand"), table("parent", [pointing("grand")])],
      ...[table("child", [pointing("parent")]), table("other", [pointing("child")])],
    ];
    const write = query("w", "UPDATE child SET status = $1", [], { kind: "update" });
    const writing = { ...write, shape: { ...write.shape, tables: ["child"], target: "child" } };
    const firstOf = (one: WorkloadQuery) => {
      const asked = { schema: productOf(family), queries: [one], rowsMax: 5000 };
      return groupsOf({ ...asked, candidates: [indexOn("child")] })[0]?.sort();
    };
    expect(firstOf(read("q", ["child"], 1))).toEqual(["child", "grand", "parent"]);
    expect(firstOf(writing)).toEqual(["child", "grand", "other", "parent"]);
  });
});

test("neither changes nor queries of a table that was not copied are tried, and each says why", () => {
  const queries = [read("a", ["t1"], 1), read("b", ["t1", "t2"], 1), read("c", ["gone"], 1)];
  const all = { schema: productOf([table("t1"), table("t2")]), queries };
  const copied = new Set(["t1"]);
  const { candidates, notCopied } = splitCandidates([indexOn("t1"), indexOn("t2")], copied);
  expect(candidates.map(({ change }) => change.table)).toEqual(["t1"]);
  expect(notCopied.map(({ change }) => change.table)).toEqual(["t2"]);
  const { touched, untouched, notReplayed } = selectWorkload({ ...all, candidates }, copied);
  expect(touched.map(({ pattern }) => pattern.fingerprint)).toEqual(["a"]);
  expect(untouched).toEqual([]);
  expect(notReplayed.map(({ query: one, why }) => [one.pattern.fingerprint, why])).toEqual([
    ["b", expect.stringMatching(/reads t2, which was not copied/)],
    ["c", expect.stringMatching(/reads gone, which is no table or view/)],
  ]);
});
