import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSession, type Session } from "../shadow";
import { readProfile } from "./read-plan";

let folder: string;
let session: Session;

const open = (prepare: string[]): Promise<Session> =>
  openSession({
    file: path.join(folder, "data.duckdb"),
    threads: 1,
    signal: new AbortController().signal,
    prepare,
  });

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "sidecar-profile-"));
  const made = await open(["CREATE TABLE hits AS SELECT i FROM range(300000) r(i)", "CHECKPOINT"]);
  made.close();
  session = await open([]);
});

afterEach(async () => {
  session.close();
  await rm(folder, { recursive: true, force: true });
});

it("counts the rows that a query scans", async () => {
  const { rowsScanned, latencyMs } = await readProfile(session, "SELECT sum(i) FROM hits");
  expect(rowsScanned).toBe(300_000);
  expect(latencyMs).toBeGreaterThan(0);
});

it.each(["SELECT count(*) FROM hits", "SELECT max(i) FROM hits"])(
  "counts no row where DuckDB answers from statistics, without a profile: %s",
  async (sql) => {
    const { rowsScanned, bytesRead, latencyMs } = await readProfile(session, sql);
    expect({ rowsScanned, bytesRead }).toEqual({ rowsScanned: 0, bytesRead: 0 });
    expect(latencyMs).toBeGreaterThan(0);
  },
);

it("tells the plan's operators from the top, each above its inputs, without literals", async () => {
  const sql = "SELECT i % 7 AS day, count(*) FROM hits WHERE i > 250000 GROUP BY day ORDER BY 2";
  const { plan } = await readProfile(session, sql);
  expect(plan.map((one) => one.name)).toEqual(["Order by", "Hash group by", "Sequential scan"]);
  expect(plan.map((one) => one.depth)).toEqual([0, 1, 2]);
  expect(plan[2]).toMatchObject({ detail: "hits, i>?", rows: 49_999 });
  // Zone maps skip the row groups that hold no such value.
  expect(plan[2]?.rows_scanned).toBeLessThan(300_000);
  expect(JSON.stringify(plan)).not.toContain("250000");
});

it("tells an index scan from a sequential one", async () => {
  await session.run("CREATE INDEX hits_i ON hits (i)");
  const { plan } = await readProfile(session, "SELECT * FROM hits WHERE i = 77");
  expect(plan).toEqual([
    { depth: 0, name: "Index scan", detail: "hits, i=?", rows: 1, rows_scanned: 1 },
  ]);
});

it("names columns without the database of the copy that was measured", async () => {
  const { plan } = await readProfile(session, "SELECT * FROM hits ORDER BY i DESC LIMIT 3");
  const top = plan.find((one) => one.detail.includes("DESC"));
  expect(top?.detail).toBe("hits.i DESC");
});
