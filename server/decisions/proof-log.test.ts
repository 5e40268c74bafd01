import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { proofEvents, suggestionItems, suggestions } from "@/drizzle/schema";
import type { ProofEvent } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createProofWriter, listProofEvents, recordProofEvents } from "./proof-log";
import { getSuggestion } from "./read-suggestions";
import { ACTORS, contextOf, storeSuggestion } from "./testing/fixtures";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ctx = () => contextOf(database.db, ACTORS.viewer);
const event = (at_ms: number): ProofEvent => ({ kind: "stopped", at_ms, reason: "Made by a test" });
const list = (id: string, page: { after?: number; limit?: number } = {}) =>
  listProofEvents({ ctx: ctx(), input: { suggestion_id: id, limit: 500, ...page } });

test("the log keeps the order of events over several writes, and is read page by page", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  const other = await storeSuggestion(database.db, { state: "proving" });
  for (const batch of [[1, 2, 3], [4], [5, 6]]) {
    await recordProofEvents({ ctx: ctx(), input: { suggestionId: id, events: batch.map(event) } });
    await recordProofEvents({ ctx: ctx(), input: { suggestionId: other.id, events: [event(0)] } });
  }
  const seen: number[] = [];
  for (let after: number | null | undefined; after !== null; ) {
    const page = await list(id, { limit: 4, ...(after === undefined ? {} : { after }) });
    seen.push(...page.items.map((item) => item.event.at_ms));
    after = page.next_after;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
});

test("an unknown suggestion has no log, and none is written for it", async () => {
  const id = "sugg-000000000000";
  await expect(list(id)).rejects.toMatchObject({ code: "not_found" });
  const written = recordProofEvents({
    ctx: ctx(),
    input: { suggestionId: id, events: [event(1)] },
  });
  await expect(written).rejects.toMatchObject({ code: "not_found" });
});

test("the log goes with its suggestion", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  await recordProofEvents({ ctx: ctx(), input: { suggestionId: id, events: [event(1)] } });
  await database.db.delete(suggestionItems).where(eq(suggestionItems.suggestionId, id));
  await database.db.delete(suggestions).where(eq(suggestions.id, id));
  expect(await database.db.$count(proofEvents, eq(proofEvents.suggestionId, id))).toBe(0);
});

test("a running proof's newest progress and all its events are stored, in order", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  const writer = createProofWriter({ ctx: ctx(), input: { suggestionId: id } });
  for (const fraction of [0.1, 0.2, 0.3]) {
    writer.progress({ phase: "measure", fraction, message: `${fraction}`, verdicts: [] });
    writer.event(event(fraction));
  }
  await writer.close();
  const { progress } = await getSuggestion({ ctx: ctx(), input: { suggestion_id: id } });
  expect(progress).toMatchObject({ fraction: 0.3, message: "0.3" });
  expect((await list(id)).items.map((item) => item.event.at_ms)).toEqual([0.1, 0.2, 0.3]);
});

test("what runs took adds up: their time by their events, and processor time", async () => {
  const { id } = await storeSuggestion(database.db, { state: "proving" });
  for (const ms of [1500, 500]) {
    const writer = createProofWriter({ ctx: ctx(), input: { suggestionId: id } });
    for (const at_ms of [ms / 2, ms]) writer.event(event(at_ms));
    await writer.close();
  }
  const [row] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  expect(row?.testMs).toBe(2000);
  expect(row?.testCpuMs).toBeGreaterThan(0);
});

test("progress of a proof that somebody ended meanwhile is not stored", async () => {
  const { id } = await storeSuggestion(database.db, { state: "rejected" });
  const writer = createProofWriter({ ctx: ctx(), input: { suggestionId: id } });
  writer.progress({ phase: "measure", fraction: 0.5, message: "late", verdicts: [] });
  await writer.close();
  expect((await getSuggestion({ ctx: ctx(), input: { suggestion_id: id } })).progress).toBeNull();
});
