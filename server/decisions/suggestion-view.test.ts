import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems } from "@/drizzle/schema";
import {
  makeVerdict,
  type OperationState,
  SuggestionState,
  type Verdict,
  type Verification,
} from "@/server/contracts";
import { buildDecisionCard } from "@/server/decision-card";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { getSuggestion, listSuggestions } from "./read-suggestions";
import { getSuggestionHead } from "./suggestion-head";
import { loadSuggestion } from "./suggestion-view";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { ACTORS, contextOf, indexOn, storeOperation, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const AT = "2026-01-01T00:00:00.000Z";

/** What is said of an executed suggestion whose live workload was watched so far. */
async function noteAfter(state: Verification["state"] | null): Promise<string> {
  const { id } = await storeSuggestion(database.db, { state: "executed" });
  await storeOperation(database.db, id, {
    ...{ kind: "execute", state: "executed" },
    verification: state && {
      state,
      window_started_at: AT,
      window_ended_at: state === "verifying" ? null : AT,
      queries: [],
      summary: "",
    },
  });
  const suggestion = await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id);
  expect(suggestion.state).toBe("executed");
  return suggestion.note;
}

test("an executed suggestion is said to be compared only while it is", async () => {
  expect(await noteAfter(null)).toMatch(/is being compared/);
  expect(await noteAfter("verifying")).toMatch(/is being compared/);
  expect(await noteAfter("inconclusive")).toBe("Executed; the watch ended without a clear effect.");
  expect(await noteAfter("regressed")).toMatch(/slowed the live workload/);
});

test("a rollback that runs, or has failed, is told in place of what the watch confirmed", async () => {
  const ctx = contextOf(database.db, ACTORS.reviewer);
  const { id } = await storeSuggestion(database.db, { state: "verified" });
  const told = async () => {
    const { items } = await listSuggestions({ ctx, input: { state: ["verified"], limit: 50 } });
    const { note } = await loadSuggestion(ctx, id);
    return { note, rollback: items.find(({ suggestion_id }) => suggestion_id === id)?.rollback };
  };
  const revert = (state: OperationState, createdAt: string) =>
    storeOperation(database.db, id, { kind: "revert", state, createdAt: new Date(createdAt) });
  expect(await told()).toEqual({ note: expect.stringMatching(/confirmed it/), rollback: null });
  await revert("failed", "2026-01-01");
  expect(await told()).toEqual({
    note: expect.stringMatching(/still in place/),
    rollback: "failed",
  });
  await revert("queued", "2026-01-02");
  expect(await told()).toEqual({ note: "It is being rolled back.", rollback: "running" });
});

test("nothing to suggest is said to be measured only where it was", async () => {
  const noteOf = async (productId: string | null) => {
    const { id } = await storeSuggestion(database.db, { state: "no_gain", productId });
    return (await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id)).note;
  };
  expect(await noteOf("p-1")).toMatch(/nothing that was measured was worth it/);
  expect(await noteOf(null)).toMatch(/^Nothing to suggest from this context alone/);
});

test("what is said of a suggestion is for people too: it names no field of the API", async () => {
  const ctx = contextOf(database.db, ACTORS.reviewer);
  for (const state of SuggestionState.options) {
    for (const productId of ["duckdb-spawn", null]) {
      const { id } = await storeSuggestion(database.db, { state, productId });
      const { note } = await loadSuggestion(ctx, id);
      expect(note).toMatch(/^[A-Z].*\.$/);
      expect(note).not.toMatch(/_|\blinks\b|`/);
    }
  }
});

test("a request that fits at a cost is not said to slow nothing down", async () => {
  const change = { kind: "add_index", table: "projects", column: "status" } as const;
  const noteOf = async (verdict: Verdict) => {
    const { id } = await storeSuggestion(database.db, {
      ...{ state: "pending", candidates: [indexOn("status")] },
      context: {
        requested: { changes: [change], origin: { kind: "person" }, reason: verdict.code },
      },
    });
    await database.db
      .update(suggestionItems)
      .set({ verdict })
      .where(eq(suggestionItems.suggestionId, id));
    return (await loadSuggestion(contextOf(database.db, ACTORS.reviewer), id)).note;
  };
  expect(await noteOf(makeVerdict("fits", ""))).toMatch(/no measured query is surely slower/);
  expect(await noteOf(makeVerdict("fits_with_cost", ""))).toBe(
    "Tested on a shadow copy: nothing breaks, but it makes something slower by more than 5%; the drawbacks give the figures. A reviewer has to approve before anything runs.",
  );
});

test("a suggestion has a card of its changes, with how executions here turned out", async () => {
  const ctx = contextOf(database.db, ACTORS.reviewer);
  const evidence = [evidenceOf([queryEvidenceOf("q", 0.4)])];
  const { id } = await storeSuggestion(database.db, {
    ...{ state: "pending", candidates: [indexOn("status")], evidence },
  });
  const verified = await storeSuggestion(database.db, { state: "verified" });
  await storeOperation(database.db, verified.id, {
    ...{ kind: "execute", state: "verified" },
    verification: {
      ...{
        state: "confirmed",
        window_started_at: AT,
        window_ended_at: AT,
        queries: [],
        summary: "",
      },
    },
  });
  const { card } = await getSuggestion({ ctx, input: { suggestion_id: id } });
  expect(card).toMatchObject({
    title: indexOn("status").title,
    gain: { now: { value: 0.4 } },
  });
  const record = card?.evidence.track_record;
  expect(record?.of).toBeGreaterThan(0);
  expect(record?.delivered).toBeLessThanOrEqual(record?.of ?? 0);
  const empty = await storeSuggestion(database.db, { state: "no_gain" });
  expect((await loadSuggestion(ctx, empty.id)).card).toBeNull();
});

test("a page's first answer has no single latencies, and all that a card is made of", async () => {
  const ctx = contextOf(database.db, ACTORS.reviewer);
  const evidence = [evidenceOf([queryEvidenceOf("q", 0.4)])];
  const { id, itemIds } = await storeSuggestion(database.db, {
    ...{ state: "pending", candidates: [indexOn("status")], evidence },
  });
  const input = { suggestion_id: id };
  const [whole, head] = [
    await getSuggestion({ ctx, input }),
    await getSuggestionHead({ ctx, input }),
  ];
  expect(JSON.stringify(whole)).toContain('"samples_ms":[9');
  expect(JSON.stringify(head)).not.toContain('"samples_ms":[9');
  const record = head.card?.evidence.track_record ?? null;
  expect(buildDecisionCard(head, record, itemIds)).toEqual(whole.card);
});
