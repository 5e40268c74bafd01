import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, jobs } from "@/drizzle/schema";
import { makeVerdict, type ProofResult, type SuggestionState } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { checkSearch, continueProof, loadMeasured, resumeSearches } from "./continue-proof";
import { publishAdvice } from "./publish-advice";
import { ACTORS, contextOf, emptySchema, indexOn, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ctx = (actor: keyof typeof ACTORS = "product") => contextOf(database.db, ACTORS[actor]);
const queued = (id: string) =>
  database.db.$count(jobs, and(eq(jobs.subjectId, id), eq(jobs.kind, "prove")));
const continued = (id: string, actor?: keyof typeof ACTORS) =>
  continueProof({ ctx: ctx(actor), input: { suggestion_id: id, seconds: 120 } });

/** A suggestion whose proof has ended with one change that was not reached, unless told otherwise. */
async function ended(
  options: { isTested?: boolean; hasAdvice?: boolean; productId?: string } = {},
) {
  const { isTested = false, hasAdvice = true, productId = "duckdb-spawn" } = options;
  const { id } = await storeSuggestion(database.db, { state: "proving", productId });
  const proved = (column: string, code: "passed" | "not_reached" | "slower") => ({
    candidate: indexOn(column),
    verdict: makeVerdict(code, "Made by a test"),
    evidence: null,
  });
  const result: ProofResult = {
    accepted: hasAdvice ? [proved("status", "passed")] : [],
    alternatives: [proved("project_name", isTested ? "slower" : "not_reached")],
    set_evidence: null,
    sets: [],
    findings: [],
  };
  const input = { suggestionId: id, schema: emptySchema(), result, isComplete: true, note: null };
  await publishAdvice({ ctx: ctx(), input });
  return id;
}

test.each([true, false])(
  "a proof is continued with more time, with advice or without (%s)",
  async (hasAdvice) => {
    const id = await ended({ hasAdvice });
    const after = await continued(id);
    expect(after).toMatchObject({
      state: hasAdvice ? "pending" : "no_gain",
      search: { is_running: true, untested_count: 1 },
    });
    expect(await queued(id)).toBe(1);
    const [row] = await database.db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.subjectId, id), eq(auditEvents.action, "suggestion.continue")));
    expect(row).toMatchObject({ actorId: "duckdb-spawn", after: { extra_seconds: 120 } });
    const measured = await loadMeasured(database.db, id);
    expect(measured.map(({ verdict }) => verdict.code)).toContain("not_reached");
  },
);

test("of two simultaneous requests one continues and the other gets a typed conflict", async () => {
  const id = await ended();
  const settled = await Promise.allSettled([continued(id), continued(id)]);
  const lost = settled.filter((one) => one.status === "rejected");
  expect(lost.map((one) => one.reason)).toMatchObject([{ code: "conflict" }]);
  expect(await queued(id)).toBe(1);
});

test("who may not analyze may not continue", async () => {
  const id = await ended();
  await expect(continued(id, "viewer")).rejects.toMatchObject({ code: "forbidden" });
  expect(await queued(id)).toBe(0);
});

test("there is nothing to continue where everything was tested, or nothing was measured", async () => {
  await expect(continued(await ended({ isTested: true }))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("Every candidate"),
  });
  const estimate = await storeSuggestion(database.db, { state: "pending", productId: null });
  await expect(continued(estimate.id, "reviewer")).rejects.toMatchObject({
    code: "not_executable",
  });
  await expect(continued("sugg-000000000000")).rejects.toMatchObject({ code: "not_found" });
});

test.each<SuggestionState>(["proving", "approved", "rejected", "verified"])(
  "a suggestion that is %s is not continued",
  async (state) => {
    const { id } = await storeSuggestion(database.db, { state });
    await expect(continued(id)).rejects.toMatchObject({ code: "conflict", details: { state } });
  },
);

test("an interrupted search is queued again; one that ended is not", async () => {
  const [interrupted, over] = [await ended(), await ended()];
  await continued(interrupted);
  await database.db.delete(jobs);
  await resumeSearches({ ctx: ctx() });
  await resumeSearches({ ctx: ctx() });
  expect([await queued(interrupted), await queued(over)]).toEqual([1, 0]);
});

test("a search yields to a first proof of its product, and stops once it is decided", async () => {
  const check = (suggestionId: string) => checkSearch({ ctx: ctx(), input: { suggestionId } });
  const id = await ended({ productId: "p-1" });
  expect(await check(id)).toBe("continue");
  await storeSuggestion(database.db, { state: "proving", productId: "p-2" });
  expect(await check(id)).toBe("continue");
  await storeSuggestion(database.db, { state: "proving", productId: "p-1" });
  expect(await check(id)).toBe("yield");
  const decided = await storeSuggestion(database.db, { state: "approved" });
  expect(await check(decided.id)).toBe("stop");
});
