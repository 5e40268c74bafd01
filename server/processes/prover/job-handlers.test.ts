import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DataProduct } from "@/server/data-product";
import { getSuggestion } from "@/server/decisions";
import { ACTORS, contextOf, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { setEnv, toAppError } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import type { ClaimedJob } from "@/server/queue";
import { proofHandler } from "./job-handlers";

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

test("a proof about another data product is not made on this one, and ends as failed", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving", productId: "theirs" });
  const job: ClaimedJob = {
    ...{ id: 1, kind: "prove", subjectId: id },
    ...{ attempts: 1, stalls: 0, token: "test" },
  };
  const handler = proofHandler(ctx(), () => untouched("ours"));
  const { signal } = new AbortController();
  const error = await handler.run(job, signal).catch(toAppError);
  expect(error).toMatchObject({ code: "not_executable" });
  await handler.giveUp(job, toAppError(error));
  expect(await getSuggestion({ ctx: ctx(), input: { suggestion_id: id } })).toMatchObject({
    state: "failed",
    error: { code: "not_executable", message: expect.stringMatching(/theirs.*ours/) },
  });
});
