import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, suggestions } from "@/drizzle/schema";
import { type BusEvent, SuggestionState, TRANSITIONS } from "@/server/contracts";
import { publish } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";
import { type SuggestionMove, transitionSuggestion, tryTransitionSuggestion } from "./transition";

let database: TestDatabase;
const ctx = () => contextOf(database.db, ACTORS.reviewer);
const heard: BusEvent[] = [];
let stop: () => Promise<void>;
beforeAll(async () => {
  database = await createTestDatabase();
  stop = await ctx().bus.subscribe((event) => heard.push(event));
});
afterAll(async () => {
  await stop();
  await database.drop();
});

const names = Object.keys(TRANSITIONS.suggestion) as SuggestionMove["transition"][];

async function stateOf(id: string): Promise<string | undefined> {
  const [row] = await database.db
    .select({ state: suggestions.state })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  return row?.state;
}

const auditOf = (id: string) =>
  database.db
    .select({ action: auditEvents.action, after: auditEvents.after })
    .from(auditEvents)
    .where(and(eq(auditEvents.subjectType, "suggestion"), eq(auditEvents.subjectId, id)));

async function eventsAbout(id: string): Promise<BusEvent[]> {
  const mark = crypto.randomUUID();
  await publish(database.db, { topic: "product", id: mark });
  await expect.poll(() => heard.some((event) => event.id === mark)).toBe(true);
  return heard.filter((event) => event.id === id);
}

test.each(names)("%s succeeds from its states, and is refused from every other", async (name) => {
  const { from, to, action } = TRANSITIONS.suggestion[name];
  const tryFrom = async (state: SuggestionState) => {
    const { id } = await storeSuggestion(database.db, { state });
    const moved = database.db.transaction((tx) =>
      transitionSuggestion({
        tx,
        ctx: ctx(),
        input: { id, transition: name, note: { why: "a test" } },
      }),
    );
    if ((from as readonly string[]).includes(state)) {
      expect(await moved).toMatchObject({ id, state: to });
      expect(await auditOf(id)).toEqual([{ action, after: { state: to, why: "a test" } }]);
      expect(await eventsAbout(id)).toHaveLength(1);
    } else {
      await expect(moved).rejects.toMatchObject({
        code: "conflict",
        details: { state, expected: from },
      });
      expect(await auditOf(id)).toEqual([]);
      expect(await eventsAbout(id)).toEqual([]);
      expect(await stateOf(id)).toBe(state);
    }
  };
  await Promise.all(SuggestionState.options.map(tryFrom));
});

test("a transition that the table does not name does not compile", async () => {
  const { id } = await storeSuggestion(database.db, { state: "rejected" });
  // @ts-expect-error There is no transition of this name.
  const move: SuggestionMove = { id, transition: "undo" };
  // @ts-expect-error The state follows from the transition; nobody sets it.
  const set: SuggestionMove["set"] = { state: "approved" };
  expect([move.id, set]).toEqual([id, { state: "approved" }]);
});

test("a rolled back transition leaves no state, no audit row and tells nobody", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const failure = new Error("rolled back by the test");
  const rolledBack = database.db.transaction(async (tx) => {
    await transitionSuggestion({ tx, ctx: ctx(), input: { id, transition: "approve" } });
    throw failure;
  });
  await expect(rolledBack).rejects.toBe(failure);
  expect(await stateOf(id)).toBe("pending");
  expect(await auditOf(id)).toEqual([]);
  expect(await eventsAbout(id)).toEqual([]);
});

test("of two simultaneous sweeps one moves the suggestion and the other is told so", async () => {
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const expire = () => tryTransitionSuggestion({ ctx: ctx(), input: { id, transition: "expire" } });
  expect((await Promise.all([expire(), expire()])).sort()).toEqual([false, true]);
  expect(await auditOf(id)).toHaveLength(1);
});

test("an unknown suggestion is not found", async () => {
  const moved = database.db.transaction((tx) =>
    transitionSuggestion({
      tx,
      ctx: ctx(),
      input: { id: "sugg-000000000000", transition: "approve" },
    }),
  );
  await expect(moved).rejects.toMatchObject({ code: "not_found" });
});
