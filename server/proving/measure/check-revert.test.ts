import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findRevertDifference } from "./check-revert";
import { openSession } from "./shadow";

/** Long enough on any machine for the watch on the time to see it. */
const SLOW =
  "CREATE OR REPLACE TEMP TABLE t AS SELECT max(md5(i::VARCHAR)) FROM range(1500000) r(i)";
const NOTHING = { statements: [], revert_statements: [], cleanup_statements: [] };

let room: Parameters<typeof findRevertDifference>[0];
let slowMs: number;
beforeAll(async () => {
  const workDir = mkdtempSync(path.join(os.tmpdir(), "revert-"));
  const { signal } = new AbortController();
  room = {
    baselineFile: path.join(workDir, "shadow.duckdb"),
    threads: 1,
    input: { workDir, signal },
  };
  const session = await openSession({ file: room.baselineFile, threads: 1, signal });
  await session.run(
    "CREATE TABLE notes AS SELECT i, md5(i::VARCHAR) AS a FROM range(1500000) r(i)",
  );
  slowMs = await session.time(SLOW);
  await session.run("CHECKPOINT");
  session.close();
});
afterAll(() => rmSync(room.input.workDir, { recursive: true, force: true }));

const check = (statements: string[], tables: string[], timeoutMs: number) =>
  findRevertDifference(room, {
    plan: { ...NOTHING, statements, is_reversible: true },
    ...{ tables, timeoutMs },
  });

test("a plan that leaves all as it was differs in nothing", async () => {
  expect(await check([], ["notes"], 60_000)).toBeNull();
  expect(await check(["UPDATE notes SET a = 'b' WHERE i = 7"], ["notes"], 60_000)).toBe(
    "the rows of notes are others, or in another order",
  );
});

test("reading all rows counts in its time", async () => {
  await expect(check([], ["notes"], 1)).rejects.toMatchObject({ code: "timeout" });
});

test("statements share its time, however short each of them is", async () => {
  const statements = Array.from({ length: 40 }, () => SLOW);
  await expect(check(statements, [], 2 * slowMs)).rejects.toMatchObject({ code: "timeout" });
});
