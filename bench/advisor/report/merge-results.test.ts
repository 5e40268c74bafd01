import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { mergeResults } from "./merge-results";

const folder = mkdtempSync(path.join(os.tmpdir(), "merge-results-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what ran again takes the place of what was kept, and the order is the workloads'", () => {
  const file = path.join(folder, "kept.json");
  const old = { measured_at: "2026-01-01T00:00:00.000Z" };
  const results = [
    { workload: "tpch-like", gain: 1, ...old },
    { workload: "wide-text", gain: 2, ...old },
  ];
  writeFileSync(file, JSON.stringify({ results }));
  const merged = mergeResults(file, [
    { workload: "wide-text", gain: 4 },
    { workload: "star-like", gain: 3 },
  ]);
  expect(merged.map(({ workload, gain }) => [workload, gain])).toEqual([
    ["tpch-like", 1],
    ["star-like", 3],
    ["wide-text", 4],
  ]);
  expect(merged[0]?.measured_at).toBe(old.measured_at);
  expect(merged[2]?.measured_at).not.toBe(old.measured_at);
});

test("without a file there is only what is fresh", () => {
  expect(mergeResults(path.join(folder, "none.json"), [{ workload: "hits-like" }])).toHaveLength(1);
});
