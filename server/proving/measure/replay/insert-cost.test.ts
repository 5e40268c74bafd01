import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { openSession, type Session } from "../shadow";
import { measureInsertCost } from "./insert-cost";

let folder: string;
let sessions: Session[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "sidecar-inserts-"));
  sessions = [];
});

afterEach(async () => {
  for (const session of sessions) session.close();
  await rm(folder, { recursive: true, force: true });
});

/** 3000 rows: `a` is NULL in every third, `b` tells all apart, `email` in any case of letters. */
async function open(name: string, statements: string[]): Promise<Session> {
  const session = await openSession({
    file: path.join(folder, name),
    threads: 1,
    signal: new AbortController().signal,
    prepare: [
      ...statements,
      "INSERT INTO people SELECT CASE WHEN i % 3 > 0 THEN i END, i, 'Person' || i FROM range(3000) t(i)",
      "CREATE TEMP TABLE held_0 AS SELECT row_number() OVER () AS held_number, * FROM people LIMIT 1400",
    ],
  });
  sessions.push(session);
  return session;
}

const COLUMNS = ["a", "b", "email"];

function table(parts: Partial<TableSchema>): TableSchema {
  const columns = COLUMNS.map((name) => ({
    ...{ name, type: name === "email" ? "VARCHAR" : "INTEGER", nullable: true },
    ...{ default_sql: null, statistics: null },
  }));
  const size = { row_count: 3000, estimated_bytes: 30_000 };
  return { name: "people", ...size, columns, indexes: [], constraints: [], ...parts };
}

async function measureBoth(declared: TableSchema, statements: string[]) {
  const before = await open("before.duckdb", statements);
  const after = await open("after.duckdb", statements);
  const cost = await measureInsertCost(declared, 0, before, after);
  const [count] = await before.rows("SELECT count(*) FROM people");
  return { cost, rows: Number(count?.[0]) };
}

describe("the cost of inserts", () => {
  it("is measured where a row is NULL in one of two unique columns", async () => {
    const constraints = ["a", "b"].map((name) => ({
      ...{ type: "UNIQUE" as const, columns: [name], sql: `UNIQUE(${name})` },
    }));
    const create = "CREATE TABLE people (a INTEGER UNIQUE, b INTEGER UNIQUE, email VARCHAR)";
    const { cost, rows } = await measureBoth(table({ constraints }), [create]);
    expect(cost?.rows).toBe(100);
    expect(rows).toBe(3000);
  });

  it("is measured where an expression must be unique", async () => {
    const sql = "CREATE UNIQUE INDEX by_email ON people (lower(email))";
    const index = { name: "by_email", columns: ["lower(email)"], is_unique: true, sql };
    const create = "CREATE TABLE people (a INTEGER, b INTEGER, email VARCHAR)";
    const { cost, rows } = await measureBoth(table({ indexes: [index] }), [create, sql]);
    expect(cost?.rows).toBe(100);
    expect(rows).toBe(3000);
  });

  it("leaves the unchanged side as it was where nothing tells rows apart", async () => {
    const create = "CREATE TABLE people (a INTEGER, b INTEGER, email VARCHAR)";
    const { cost, rows } = await measureBoth(table({}), [create]);
    expect(cost?.rows).toBe(100);
    expect(rows).toBe(3000);
  });
});
