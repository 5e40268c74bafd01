import { afterAll, beforeAll, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeCandidates } from "./index";
import { column, statistics, table, workload } from "./testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

test("leaves out what needs more than 90% of the free disk, with the figures", async () => {
  const tables = [
    table(
      [column("name", "VARCHAR", { statistics: statistics(3_000_000) }), column("created", "DATE")],
      { row_count: 3_000_000, estimated_bytes: 300_000_000 },
    ),
  ];
  const queries = await workload(parser, tables, [
    { sql: "SELECT created FROM projects WHERE name = ?", calls: 10, mean_ms: 5 },
    { sql: "SELECT name FROM projects WHERE created > ?", calls: 10, mean_ms: 5 },
  ]);
  const ask = (more: { freeBytes?: number }) => {
    const { candidates, excluded } = proposeCandidates({ tables, queries, ...more });
    return { kinds: [...new Set(candidates.map((each) => each.change.kind))].sort(), excluded };
  };
  const all = ["add_constraint", "add_index", "cluster_table"];
  expect(ask({})).toEqual({ kinds: all, excluded: [] });
  expect(ask({ freeBytes: 400_000_000 })).toEqual({ kinds: all, excluded: [] });
  const tight = ask({ freeBytes: 300_000_000 });
  expect(tight.kinds).toEqual(["add_index"]);
  expect(tight.excluded.find((each) => each.candidate.target === "created")?.reason).toBe(
    "It needs about 300 MB of disk while it is applied, more than 90% of the 300 MB that are free.",
  );
  expect(ask({ freeBytes: 1_000_000 }).kinds).toEqual([]);
});
