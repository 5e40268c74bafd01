import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, reviews, suggestions } from "@/drizzle/schema";
import type { QueryOutcome, Verification } from "@/server/contracts";
import {
  ACTORS,
  contextOf,
  indexOn,
  storeOperation,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { learnFromOutcomes, loadLearnedGains, undoLearned } from "@/server/learning";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { readResults } from ".";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const HOUR_MS = 3_600_000;
const around = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });

/** A watch of one minute: 100 calls whose median went from 10 ms to `afterMs`. */
function watch(state: Verification["state"], afterMs: number, promised: number): Verification {
  const query: QueryOutcome = {
    ...{ fingerprint: "q", sql: "SELECT 1", is_targeted: true, status: "faster" as const },
    before: { calls: 100, median_ms: 10 },
    after: { calls: 100, median_ms: afterMs },
    actual_gain: around(1 - afterMs / 10),
    expected_gain: around(promised),
  };
  return {
    state,
    window_started_at: "2026-01-01T00:00:00.000Z",
    window_ended_at: "2026-01-01T00:01:00.000Z",
    queries: [query],
    summary: "",
  };
}

async function executed(
  state: "verified" | "reverted",
  verification: Verification,
  finishedAt: Date,
) {
  const { id, itemIds } = await storeSuggestion(database.db, {
    state,
    candidates: [indexOn("status")],
  });
  await storeOperation(database.db, id, {
    ...{ kind: "execute", state: state === "reverted" ? "reverted" : "verified" },
    ...{ productId: "spawn", itemIds, verification, finishedAt },
  });
}

test("what is in effect counts as saved, what was rolled back does not; promises are held against delivery", async () => {
  const now = Date.now();
  await executed("verified", watch("confirmed", 5, 0.5), new Date(now - HOUR_MS));
  await executed("reverted", watch("regressed", 12, 0.4), new Date(now - 2 * HOUR_MS));
  await executed("verified", watch("confirmed", 1, 0.9), new Date(now - 400 * 24 * HOUR_MS));
  const results = await readResults({
    ctx: contextOf(database.db, ACTORS.viewer),
    input: { days: 90 },
  });
  expect(results.executions.map(({ state }) => state)).toEqual(["confirmed", "rolled_back"]);
  // 100 calls a minute, 5 ms saved each.
  expect(results.saved_ms_per_day).toBeCloseTo(100 * 5 * 60 * 24);
  expect(results.promises).toEqual({ kept: 1, of: 2 });
  expect(results.groups).toMatchObject([
    { product_id: "spawn", kinds: ["add_index"], executions: 2, confirmed: 1, rolled_back: 1 },
  ]);
  expect(results.states).toMatchObject({ confirmed: 1, rolled_back: 1, verifying: 0 });
});

test("suggestions decided are counted once, the policy's too, and each reason; a stranger reads none of it", async () => {
  const now = new Date();
  const decided = async (actions: string[], actorKind: "user" | "system" = "user") => {
    const { id } = await storeSuggestion(database.db, { state: "rejected" });
    const audit = { actorKind, actorId: "u", actorLabel: "u", subjectType: "suggestion" };
    await database.db
      .insert(auditEvents)
      .values(actions.map((action) => ({ ...audit, action, subjectId: id, at: now })));
    return { suggestionId: id, reviewerId: "u", reviewerLabel: "u", itemIds: [] };
  };
  const together = await decided(["suggestion.approve_in_part", "suggestion.approve"]);
  await decided(["suggestion.approve"], "system");
  const rejections = [await decided(["suggestion.reject"]), await decided(["suggestion.reject"])];
  await database.db.insert(reviews).values([
    ...rejections.map((row) => ({ ...row, verdict: "rejected" as const, reason: "month-end" })),
    ...["Too risky.", "Too risky: on a Friday"].map((reason) => ({
      ...{ ...together, verdict: "rejected" as const, reason, reasonCode: "too_risky" as const },
    })),
    { ...together, verdict: "rejected" as const, reason: "no", reasonCode: "other" as const },
    { ...together, verdict: "approved", reason: "" },
    { ...together, reviewerId: "v", verdict: "approved", reason: "" },
  ]);
  const ctx = contextOf(database.db, ACTORS.viewer);
  const results = await readResults({ ctx, input: { days: 90 } });
  expect(results.decisions).toEqual({ approved: 2, rejected: 2 });
  // What was rejected before reasons had names counts as another reason.
  expect(results.rejections).toEqual([
    {
      ...{ reason_code: "other", count: 3 },
      words: [
        { reason: "month-end", count: 2 },
        { reason: "no", count: 1 },
      ],
    },
    {
      ...{ reason_code: "too_risky", count: 2 },
      words: [{ reason: "Too risky: on a Friday", count: 1 }],
    },
  ]);
  const agent = contextOf(database.db, { kind: "agent", id: "a", label: "a", roles: ["agent"] });
  await expect(readResults({ ctx: agent, input: { days: 90 } })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("the cost of advice is what its test runs took, of those that were measured", async () => {
  const { id } = await storeSuggestion(database.db, { state: "no_gain" });
  await database.db
    .update(suggestions)
    .set({ testMs: 90_000, testCpuMs: 120_000 })
    .where(eq(suggestions.id, id));
  const ctx = contextOf(database.db, ACTORS.viewer);
  const { cost } = await readResults({ ctx, input: { days: 90 } });
  expect(cost).toEqual({ tested: 1, test_seconds: 90, cpu_seconds: 120 });
});

test("two rollbacks raise the gain that is required, with an audit row; an administrator takes it back", async () => {
  const now = Date.now();
  const isBad = watch("regressed", 12, 0.4);
  for (const days of [2, 3]) await executed("reverted", isBad, new Date(now - days * 24 * HOUR_MS));
  const admin = contextOf(database.db, { kind: "user", id: "a", label: "a", roles: ["admin"] });
  expect(await learnFromOutcomes({ ctx: admin })).toBe(1);
  // Learned once: the same outcomes teach nothing more.
  expect(await learnFromOutcomes({ ctx: admin })).toBe(0);
  const viewer = contextOf(database.db, ACTORS.viewer);
  const { learned } = await readResults({ ctx: viewer, input: { days: 90 } });
  expect(learned).toMatchObject([
    {
      product_id: "spawn",
      kind: "add_index",
      required_gain: expect.closeTo(0.15),
      usual_gain: 0.1,
    },
  ]);
  expect(await loadLearnedGains({ db: database.db, productId: "spawn" })).toEqual(
    new Map([["add_index", { factor: 1.5, why: expect.stringContaining("50% more than") }]]),
  );
  const undo = (ctx: typeof viewer) =>
    undoLearned({ ctx, input: { product_id: "spawn", kind: "add_index" } });
  await expect(undo(viewer)).rejects.toMatchObject({ code: "forbidden" });
  expect(await undo(admin)).toEqual([]);
  await expect(undo(admin)).rejects.toMatchObject({ code: "conflict" });
  expect(await learnFromOutcomes({ ctx: admin })).toBe(0);
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, "spawn"));
  expect(audit.map(({ action }) => action)).toEqual(["learning.adjust", "learning.undo"]);
});

test("executions beyond those that are listed count in every total", async () => {
  const { id } = await storeSuggestion(database.db, { state: "verified" });
  const [stored] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  if (stored === undefined) throw new Error("The suggestion was not stored.");
  const { searchVector: _, ...like } = stored;
  const ids = Array.from({ length: 210 }, (__, index) => `sugg-many-${index}`);
  await database.db
    .insert(suggestions)
    .values(ids.map((each) => ({ ...like, id: each, requestHash: each })));
  const verification = watch("confirmed", 5, 0.5);
  const done = { kind: "execute", state: "verified", productId: "many", verification } as const;
  const finishedAt = new Date();
  await Promise.all(ids.map((each) => storeOperation(database.db, each, { ...done, finishedAt })));
  const results = await readResults({
    ctx: contextOf(database.db, ACTORS.viewer),
    input: { days: 90 },
  });
  expect(results.executions).toHaveLength(200);
  expect(results.groups.find((group) => group.product_id === "many")?.executions).toBe(210);
  expect(results.states.confirmed).toBeGreaterThanOrEqual(210);
});
