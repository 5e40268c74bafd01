import { describe, expect, test } from "vitest";
import type { WorkloadQuery } from "@/server/advisor";
import type { Change } from "@/server/contracts";
import { candidate, query } from "../testing/candidates";
import { projectsSchema } from "../testing/product";
import { coverageOf } from "./coverage";
import { coverageIn } from "./prepare-workload";

const read = (
  fingerprint: string,
  ms: number,
  tables: string[],
  isParsed = true,
): WorkloadQuery => {
  const one = query(fingerprint, `SELECT '${fingerprint}'`, [], { calls: 10, isParsed });
  return { pattern: { ...one.pattern, mean_ms: ms }, shape: { ...one.shape, tables } };
};
const of = (queries: WorkloadQuery[], replayed: string[], droppedCalls = 0) =>
  coverageOf(
    { queries, droppedCalls },
    {
      replayed: new Set(replayed),
      changedTables: new Set(["projects"]),
      knownTables: new Set(["projects", "others"]),
    },
  );

describe("the share of the workload's time that a proof speaks for", () => {
  test("is that of the replayed queries, by time and not by number", () => {
    const queries = [read("a", 1, ["projects"]), read("b", 9, ["projects"])];
    expect(of(queries, ["a"])).toBeCloseTo(0.1);
    expect(of(queries, ["a", "b"])).toBe(1);
  });

  test("counts what uses no changed table, unless the table is not known or the text unread", () => {
    expect(of([read("a", 1, ["others"])], [])).toBe(1);
    expect(of([read("a", 1, [])], [])).toBe(1);
    for (const stranger of ["staging.projects", "a_view"]) {
      expect(of([read("a", 1, ["others"]), read("b", 3, [stranger])], []), stranger).toBe(0.25);
    }
    expect(of([read("a", 1, ["others"]), read("b", 1, [], false)], [])).toBe(0.5);
  });

  test("counts a write of a changed table only where it was replayed", () => {
    const write = query("w", "UPDATE projects SET status = $1", [], {
      kind: "update",
      isParsed: false,
    });
    expect(of([write], [])).toBe(0);
    expect(of([write], ["w"])).toBe(1);
  });

  test("counts calls that the product did not keep as not replayed", () => {
    expect(of([read("a", 1, ["projects"])], ["a"], 10)).toBe(0.5);
  });

  test("is a share of calls while no time is known, and all of no workload", () => {
    expect(of([read("a", 0, ["projects"]), read("b", 0, ["projects"])], ["a"])).toBe(0.5);
    expect(of([], [])).toBe(1);
  });

  test("a change touches the table that its foreign key refers to", () => {
    const change: Change = {
      ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
      ...{ default: null, is_required: false },
      references: { table: "others", column: "id" },
    };
    const queries = [read("a", 1, ["projects"]), read("b", 3, ["others"])];
    const { tables } = projectsSchema(0);
    const schema = {
      ...projectsSchema(0),
      tables: ["projects", "others"].flatMap((name) => tables.map((table) => ({ ...table, name }))),
    };
    const input = { queries, schema, candidates: [candidate(change, [], [])] };
    expect(coverageIn(input, { replays: [], writes: [] })).toBe(0);
  });
});
