import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import type { DataProduct } from "@/server/data-product";
import { getSuggestion } from "@/server/decisions";
import { ACTORS, contextOf, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { type ClaimedJob, newId, setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { giveUpProof, isLiveMeasurementRunning, proofHandler, retryProof } from "./handlers";

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "sidecar-handlers-"));
  setEnv({ SIDECAR_DATA_DIR: dataDir });
});
afterAll(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const ctx = () => contextOf(database.db, ACTORS.reviewer);
const read = (id: string) => getSuggestion({ ctx: ctx(), input: { suggestion_id: id } });
const { signal } = new AbortController();

/** A product that must not be asked for anything. */
const untouched = (productId: string): DataProduct => {
  const refuse = async () => {
    throw new Error("not asked for here");
  };
  return {
    productId,
    getSchema: refuse,
    getWorkload: refuse,
    query: refuse,
    exportTable: refuse,
    execute: refuse,
    getOperation: refuse,
  };
};

test("a proof about another data product is not made on this one, nor tried again", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving", productId: "theirs" });
  const job: ClaimedJob = { id: 1, kind: "prove", subjectId: id, attempts: 1 };
  const prove = proofHandler(ctx(), untouched("ours"));
  const error = await prove(job, signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "not_executable" });
  expect(retryProof(job, "not_executable")).toBeNull();
  await giveUpProof(ctx(), job, error);
  expect(await read(id)).toMatchObject({
    state: "failed",
    error: { code: "not_executable", message: expect.stringMatching(/theirs.*ours/) },
  });
});

test("a proof that failed for a passing reason is made three times", () => {
  const after = (attempts: number) =>
    retryProof({ id: 1, kind: "prove", subjectId: "s", attempts }, "product_unreachable");
  expect([1, 2, 3].map(after)).toEqual([2, 4, null]);
});

test("proofs wait for what runs on their own product alone", async () => {
  const { id } = await storeSuggestion(database.db, { state: "executing", productId: "theirs" });
  await database.db.insert(operations).values({
    ...{ id: newId("op"), suggestionId: id, productId: "theirs", itemIds: [] },
    ...{ kind: "execute", state: "executing", schemaFingerprint: "1", requestedBy: "test" },
    plan: {
      ...{ statements: [], revert_statements: [], cleanup_statements: [] },
      is_reversible: true,
    },
    progress: { message: "", fraction: 0 },
  });
  expect(await isLiveMeasurementRunning(ctx(), "theirs")).toBe(true);
  expect(await isLiveMeasurementRunning(ctx(), "ours")).toBe(false);
});
