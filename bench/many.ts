import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { asc, eq } from "drizzle-orm";
import { demoDataSql, embedProduct } from "@/demo";
import { agentDecisions, proofEvents, suggestionItems, suggestions } from "@/drizzle/schema";
import type { WorkloadPattern } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { runProof } from "@/server/decisions";
import { closeRoot, createRoot, newId, type Root, setEnv, systemContext } from "@/server/platform";
import { startTemporaryPostgres } from "@/server/platform/embedded-postgres";
import { migrateDatabase } from "@/server/platform/migrations";
import { createShapeParser, type ShapeParser, textReader } from "@/server/workload";

const PRODUCT = "bench-many";
const SHAPES = 5000;
const TABLES = 300;
/** Rows of the one table with thousands of shapes, and of each of hundreds of tables. */
const ROWS = { shapes: 200_000, tables: 20_000 };

/** A product's tables, and the texts that it is asked, most often first. */
interface Case {
  load: string[];
  texts: string[];
}

const COLUMNS =
  "project_id project_name description total_amount maturity_years expected_tri dscr status creation_date last_updated currency_code".split(
    " ",
  );
const CONDITIONS = [
  "project_name = $1",
  "creation_date >= $1",
  "status = $1 AND maturity_years > $2",
  "total_amount > $1",
];

/** The demo product's projects, asked in thousands of ways: other columns, another condition. */
function manyShapes(): Case {
  const texts = Array.from({ length: SHAPES }, (_, at) => {
    const mask = 1 + (at % (2 ** COLUMNS.length - 1));
    const columns = COLUMNS.filter((_, bit) => mask & (1 << bit)).join(", ");
    return `SELECT ${columns} FROM projects WHERE ${CONDITIONS[at % CONDITIONS.length]}`;
  });
  return { load: demoDataSql(ROWS.shapes, "2026-01-01"), texts };
}

/** Hundreds of tables with a key, each looked up by it: nothing can be made faster. */
function manyTables(): Case {
  const names = Array.from({ length: TABLES }, (_, at) => `facts_${at}`);
  return {
    load: names.flatMap((name) => [
      `CREATE TABLE ${name} (id BIGINT PRIMARY KEY, code VARCHAR, day DATE, amount DECIMAL(12,2))`,
      `INSERT INTO ${name} SELECT i, md5(i::VARCHAR), DATE '2021-01-01' + (i % 1500)::INTEGER, i / 7 FROM range(${ROWS.tables}) r(i)`,
    ]),
    texts: names.map((name) => `SELECT * FROM ${name} WHERE id = $1`),
  };
}

/** Each is asked half as often as the one at half its place. */
async function observe(parser: ShapeParser, texts: readonly string[]): Promise<WorkloadPattern[]> {
  const now = new Date().toISOString();
  const times = { mean_ms: 3, median_ms: 3, p95_ms: 5, first_seen: now, last_seen: now };
  const patterns = await Promise.all(
    texts.map(async (text, at): Promise<WorkloadPattern> => {
      const { fingerprint, sql, kind, isParsed } = await parser.normalize(text);
      const calls = Math.ceil(100_000 / (at + 1));
      return { fingerprint, sql, kind, is_parsed: isParsed, calls, ...times };
    }),
  );
  return [...new Map(patterns.map((pattern) => [pattern.fingerprint, pattern])).values()];
}

/** Proves one case within a budget, and tells when what was known, in seconds since the start. */
async function prove(root: Root, product: DataProduct, folder: string, seconds: number) {
  const { db } = root;
  const id = newId("sugg");
  const question = { operationType: "schema_optimization" as const };
  const context = { budget_seconds: seconds };
  const [decision] = await db
    .insert(agentDecisions)
    .values({ ...question, context, suggestion: {} })
    .returning();
  await db.insert(suggestions).values({
    ...{ id, ...question, decisionId: decision?.decisionId ?? "", productId: PRODUCT },
    state: "proving",
    basis: "measured",
    ...{ requestHash: id, requestedBy: "bench" },
  });
  const startedMs = Date.now();
  const failure = await runProof({
    ctx: systemContext(root, "bench"),
    input: {
      ...{ suggestionId: id, product, isBusy: () => Promise.resolve(false) },
      dirs: { cacheDir: path.join(folder, "cache"), workDir: path.join(folder, "work") },
      signal: new AbortController().signal,
    },
  }).then(
    () => null,
    (error: unknown) => String(error),
  );
  const endedMs = Date.now();
  const [row] = await db.select().from(suggestions).where(eq(suggestions.id, id));
  const items = await db.select().from(suggestionItems).where(eq(suggestionItems.suggestionId, id));
  const measured = items.filter(({ evidence }) => evidence?.basis === "measured");
  const events = await db
    .select()
    .from(proofEvents)
    .where(eq(proofEvents.suggestionId, id))
    .orderBy(asc(proofEvents.seq));
  const first = events.find(({ event }) => event.kind === "candidate_measured");
  const since = (ms: number) => Math.round((ms - startedMs) / 100) / 10;
  return {
    state: row?.state,
    "first measured after, s": first === undefined ? null : since(first.at.getTime()),
    "ended after, s": since(endedMs),
    measured: measured.length,
    changes: items.length,
    told: [failure, ...(row?.warnings ?? []).map((each) => "message" in each && each.message)],
  };
}

async function runCase(root: Root, { load, texts }: Case, seconds: number) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bench-many-"));
  const file = path.join(folder, "product.duckdb");
  const instance = await DuckDBInstance.create(file, { threads: "2" });
  const connection = await instance.connect();
  for (const sql of load) await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
  const parser = await createShapeParser();
  const embedded = await embedProduct({ file, productId: PRODUCT, parser });
  try {
    const window = { product_id: PRODUCT, dropped_calls: 0 };
    const until = new Date().toISOString();
    const workload = { ...window, since: until, until, patterns: await observe(parser, texts) };
    // The connector takes its statistics once: their time is the product's.
    await embedded.product.getSchema();
    // So does a prover that has read queries before.
    await textReader().describe([{ sql: "SELECT 1" }], { tables: [] });
    const product = { ...embedded.product, getWorkload: () => Promise.resolve(workload) };
    return await prove(root, product, folder, seconds);
  } finally {
    await embedded.close();
    parser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Proofs of products that are asked in 5,000 ways, and that have 300 tables: when the first change was
 * measured, when the answer was there, and what it says was left out. `--seconds`: their time budget.
 */
export async function benchMany(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { seconds: { type: "string", default: "11" } } });
  const postgres = await startTemporaryPostgres();
  setEnv({
    ...{ SIDECAR_MODE: "demo", LOG_LEVEL: "error", DATABASE_URL: postgres.urlOf("postgres") },
    PROOF_SEARCH_SECONDS_MAX: "0",
  });
  await migrateDatabase(postgres.urlOf("postgres"));
  const root = createRoot("bench");
  try {
    for (const [name, one] of Object.entries({ shapes: manyShapes(), tables: manyTables() })) {
      console.log(name, await runCase(root, one, Number(values.seconds)));
    }
  } finally {
    await textReader().close();
    await closeRoot(root);
    await postgres.stop();
  }
}
