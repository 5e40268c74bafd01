import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advise } from "./advise";
import { renderTable } from "./report/table";
import { runWorkload, type WorkloadResult } from "./run-workload";
import { proofSettings } from "./settings";
import type { Workload } from "./types";
import { createTable, existing, fillTable } from "./workloads/tables";

const TINY: Workload = {
  name: "tiny",
  title: "one table of notes",
  rows: 30_000,
  insertTable: "notes",
  isSearched: true,
  load: (rows) => [
    createTable("notes", ["code VARCHAR", "status VARCHAR", "written_on VARCHAR", "body VARCHAR"]),
    fillTable("notes", rows, [
      "md5(i::VARCHAR)",
      "pick(['open', 'done', 'void'], u(i, 1))",
      "(DATE '2024-01-01' + num(i, 2, 700))::VARCHAR",
      "md5((i + 7)::VARCHAR)",
    ]),
  ],
  queries: () => [
    {
      name: "by-code",
      calls: 50,
      sql: "SELECT * FROM notes WHERE code = $1",
      parameters: existing("notes", "code"),
    },
    {
      name: "by-status",
      calls: 5,
      sql: "SELECT status, count(*) AS n FROM notes WHERE status = $1 AND written_on >= $2 GROUP BY status",
      parameters: "SELECT 'open', '2025-01-01'",
    },
    {
      name: "write",
      calls: 5,
      sql: "INSERT INTO notes VALUES ($1, 'open', '2025-12-01', '')",
      parameters: "SELECT 'new'",
    },
  ],
};

let root: string;
let result: WorkloadResult;
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), "bench-test-"));
  result = await runWorkload(TINY, {
    folder: path.join(root, "tiny"),
    rows: TINY.rows,
    secondsMax: 6,
    settings: proofSettings(),
    searchSecondsMax: 3,
    finalSecondsMax: 0.5,
    roundsMin: 5,
    advise,
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("every strategy is built on the full data, measured, and answers every query the same", () => {
  expect(result.strategies.map((one) => one.strategy)).toEqual([
    ...["baseline", "index_everything", "rules", "ours_schema", "ours", "best", "control"],
  ]);
  for (const { strategy, outcome } of result.strategies) {
    expect(outcome?.differing, strategy).toEqual([]);
    expect(outcome?.queries.map((one) => one.name).sort()).toEqual(["by-code", "by-status"]);
    expect(outcome?.queries.every((one) => one.rounds >= 5)).toBe(true);
    expect(outcome?.insert_ratio).toBeGreaterThan(0);
  }
});

test("naive advice indexes every filtered column, and the search tries sets of candidates", () => {
  const changes = result.strategies.find((one) => one.strategy === "index_everything")?.changes;
  expect(changes).toHaveLength(3);
  expect(result.advised.tried).toBeGreaterThanOrEqual(3);
  // Query changes are advised too, but not searched.
  const candidates = result.search?.candidates ?? 0;
  expect(candidates).toBeGreaterThanOrEqual(3);
  expect(candidates).toBeLessThanOrEqual(result.advised.tried);
  expect(result.search?.sets_measured).toBeGreaterThanOrEqual(candidates);
});

test("accepted changes are promises checked on the full data: alone, and all together", () => {
  const { accepted } = result.advised;
  const names = result.promises.map((one) => one.name);
  const alone = names.filter((name) => name !== "set");
  // What is accepted only for what it adds to the others promises nothing alone.
  expect(accepted).toEqual(expect.arrayContaining(alone));
  expect(names.includes("set")).toBe(accepted.length > 1);
  expect(result.advised.rss_peak_bytes).toBeGreaterThan(10_000_000);
});

test("the table has the workload's row, and nothing is left on the disk", () => {
  expect(renderTable([result])).toContain("| tiny | 30,000 |");
  expect(existsSync(path.join(root, "tiny"))).toBe(false);
});
