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
