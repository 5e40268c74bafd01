import { afterAll, beforeAll, expect, test } from "vitest";
import type { Verification } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { holdReverted } from "./earlier-reverts";
import { loadSuggestion } from "./suggestion-view";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { ACTORS, contextOf, indexOn, storeOperation, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const AT = "2026-01-01T00:00:00.000Z";
const REGRESSED: Verification = {
  ...{ state: "regressed", window_started_at: AT, window_ended_at: AT, queries: [] },
  summary: "Slower: 9 ms → 30 ms.",
};
type Test = Omit<Parameters<typeof storeSuggestion>[1], "state">;

/** A suggestion of one index on `status`, executed and rolled back. */
async function storeReverted(change: Test, verification: Verification | null): Promise<string> {
  const { db } = database;
  const { id } = await storeSuggestion(db, { ...change, ...INDEX, state: "reverted" });
  await storeOperation(db, id, { kind: "execute", state: "reverted", verification });
  await storeOperation(db, id, {
    ...{ kind: "revert", state: "executed", isAutomatic: verification !== null },
    ...{ requestedBy: "olga@test", finishedAt: new Date(AT) },
  });
  return id;
}

const INDEX = {
  candidates: [indexOn("status")],
  evidence: [evidenceOf([queryEvidenceOf("q", 0.5)])],
};

async function revertedBefore(change: Test) {
  const { id } = await storeSuggestion(database.db, { ...INDEX, ...change, state: "pending" });
  const { suggestions } = await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id);
  return suggestions.map(({ reverted_before }) => reverted_before);
}

test("a change that comes back after its rollback tells when, why, and that nothing has changed", async () => {
  const id = await storeReverted({ productId: "p-1" }, REGRESSED);
  const told = { suggestion_id: id, is_automatic: true, outcome: REGRESSED.summary, at: AT };
  expect(await revertedBefore({ productId: "p-1" })).toMatchObject([
    { ...told, changes_since: [] },
  ]);
  expect(
    await revertedBefore({ productId: "p-1", candidates: [indexOn("currency_code")] }),
  ).toEqual([null]);
});

test("it tells what has changed since: schema, data, and a gain beyond both intervals", async () => {
  await storeReverted({ productId: "p-2" }, null);
  const [told] = await revertedBefore({
    ...{ productId: "p-2", schemaFingerprint: "schema-2", dataVersion: "data-2" },
    evidence: [evidenceOf([queryEvidenceOf("q", 0.2)])],
  });
  expect(told).toMatchObject({ by: "olga@test", is_automatic: false, outcome: null });
  expect(told?.changes_since).toEqual([
    "The schema has changed.",
    "The data has changed.",
    "In its test then it saved 50% [48%, 52%] of the workload's time, and 20% [18%, 22%] now.",
  ]);
});

test("another product's rollback, and one of the same change that failed, are none", async () => {
  await storeReverted({ productId: "p-3" }, null);
  expect(await revertedBefore({ productId: "p-4" })).toEqual([null]);
  const { id } = await storeSuggestion(database.db, {
    ...INDEX,
    productId: "p-5",
    state: "verified",
  });
  await storeOperation(database.db, id, { kind: "execute", state: "verified" });
  await storeOperation(database.db, id, { kind: "revert", state: "failed" });
  expect(await revertedBefore({ productId: "p-5" })).toEqual([null]);
});

test("a change that was rolled back is not suggested again before the policy's time has passed", async () => {
  const { db } = database;
  await storeReverted({ productId: "p-6" }, REGRESSED);
  const { id } = await storeSuggestion(db, { ...INDEX, productId: "p-6", state: "proving" });
  const candidates = [indexOn("status"), indexOn("currency_code")];
  const after = (hours: number) => {
    const clock = { now: () => new Date(Date.parse(AT) + hours * 3_600_000) };
    const input = { suggestionId: id, candidates };
    return holdReverted({ ctx: { ...contextOf(db, ACTORS.reviewer), clock }, input });
  };
  const waiting = await after(23);
  expect(waiting.candidates).toEqual([candidates[1]]);
  expect(waiting.held).toEqual([
    {
      candidate: candidates[0],
      reason: expect.stringMatching(
        /Rolled back automatically at 2026-01-01 00:00:00 UTC.*waits 24 h.*from 2026-01-02 00:00:00 UTC on/,
      ),
    },
  ]);
  expect(await after(24)).toEqual({ candidates, held: [] });
});
