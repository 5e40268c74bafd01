import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { proofEvents, suggestionItems } from "@/drizzle/schema";
import { makeVerdict, type ProductSchema, type WorkloadPattern } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createTestProduct, type TestProduct } from "@/server/proving/testing/product";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { continueProof } from "./continue-proof";
import { getSuggestion } from "./read-suggestions";
import { runProof } from "./run-proof";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

const ROWS = 260_000;
const INDEX = "add_index:projects:project_name";

let database: TestDatabase;
let base: TestProduct;
let parser: ShapeParser;
let folder: string;
beforeAll(async () => {
  parser = await createShapeParser();
  database = await createTestDatabase();
  base = await createTestProduct(ROWS);
  folder = await mkdtemp(join(tmpdir(), "sidecar-continue-"));
});
afterAll(async () => {
  parser.close();
  base.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** The test product with statistics of its names, which its one query looks up. */
async function lookUps(): Promise<DataProduct> {
  const distinct = { distinct_count: ROWS, null_fraction: 0, min: null, max: null };
  const tables: ProductSchema["tables"] = base.schema.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.name === "project_name" ? { ...column, statistics: distinct } : column,
    ),
  }));
  const query = "SELECT * FROM projects WHERE project_name = 'Project c4ca4238a0b9'";
  const { fingerprint, sql, kind, isParsed } = await parser.normalize(query);
  const now = new Date().toISOString();
  const times = { mean_ms: 5, median_ms: 5, p95_ms: 9, first_seen: now, last_seen: now };
  const pattern: WorkloadPattern = {
    ...{ fingerprint, sql, kind, is_parsed: isParsed, calls: 100 },
    ...times,
  };
  const window = { product_id: "test-product", since: now, until: now, dropped_calls: 0 };
  return {
    ...base.product,
    getSchema: () => Promise.resolve({ ...base.schema, tables }),
    getWorkload: () => Promise.resolve({ ...window, patterns: [pattern] }),
  };
}

const ctx = () => {
  const context = contextOf(database.db, ACTORS.reviewer);
  // The budget only keeps a busy machine from cutting the proof short; it does not search on.
  const settings = { ...context.settings, PROOF_SECONDS_MAX: 120, PROOF_SEARCH_SECONDS_MAX: 0 };
  return { ...context, settings };
};

async function prove(suggestionId: string): Promise<void> {
  await runProof({
    ctx: ctx(),
    input: {
      suggestionId,
      product: await lookUps(),
      dirs: { cacheDir: join(folder, "cache"), workDir: join(folder, "work") },
      isBusy: () => Promise.resolve(false),
      signal: new AbortController().signal,
    },
  });
}

/** As if the time had ended before this candidate's turn. */
async function forget(suggestionId: string, candidateId: string): Promise<void> {
  const isIt = sql`${suggestionItems.candidate}->>'candidate_id' = ${candidateId}`;
  await database.db
    .update(suggestionItems)
    .set({
      ...{ role: "alternative", evidence: null, explanation: null },
      verdict: makeVerdict("not_reached", "The time of this proof ended before its turn."),
    })
    .where(and(eq(suggestionItems.suggestionId, suggestionId), isIt));
}

async function startedIn(suggestionId: string): Promise<string[]> {
  const rows = await database.db
    .select({ event: proofEvents.event })
    .from(proofEvents)
    .where(eq(proofEvents.suggestionId, suggestionId))
    .orderBy(proofEvents.seq);
  const ids = rows.flatMap(({ event }) =>
    event.kind === "candidate_started" ? event.candidate_id : [],
  );
  await database.db.delete(proofEvents).where(eq(proofEvents.suggestionId, suggestionId));
  return ids;
}

const read = (id: string) => getSuggestion({ ctx: ctx(), input: { suggestion_id: id } });
const suggested = async (id: string) =>
  (await read(id)).suggestions.map(({ candidate_id }) => candidate_id);

test("two more minutes measure what was not reached, and nothing else, and correct the advice", async () => {
  const { id } = await storeSuggestion(database.db, {
    state: "proving",
    productId: base.product.productId,
    context: { table_name: "projects" },
  });
  await prove(id);
  const advice = await suggested(id);
  expect(advice).toContain(INDEX);
  const all = await startedIn(id);
  expect(all.length).toBeGreaterThan(1);

  await forget(id, INDEX);
  expect(await suggested(id)).not.toContain(INDEX);
  await continueProof({ ctx: ctx(), input: { suggestion_id: id, seconds: 120 } });
  expect((await read(id)).search).toMatchObject({ is_running: true, untested_count: 1 });
  await prove(id);
  expect(await startedIn(id)).toEqual([INDEX]);
  expect(await suggested(id)).toEqual(advice);
  const after = await read(id);
  expect(after.search).toMatchObject({ is_running: false, untested_count: 0 });
  expect(after.state).toBe("pending");

  await expect(
    continueProof({ ctx: ctx(), input: { suggestion_id: id, seconds: 120 } }),
  ).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("Every candidate"),
  });
}, 240_000);
