import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agentMessages, auditEvents, notifications } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { discardMessage, pruneMessages, replayMessage } from "./manage-messages";
import { Side } from "./testing/side";
import { transitionMessages } from "./transition-messages";

let database: TestDatabase;
let side: Side;
let peer: Side;
beforeAll(async () => {
  database = await createTestDatabase();
  side = new Side("a", database.db);
  peer = new Side("b", database.db);
});
beforeEach(() => side.forget());
afterAll(() => database.drop());

const HOUR_AGO = new Date(Date.now() - 3_600_000);

async function dead(change: Partial<typeof agentMessages.$inferInsert> = {}): Promise<string> {
  const [id = ""] = await side.send(peer, [{ ttl_seconds: 60 }]);
  const grave = { deliveryStatus: "dead" as const, deadReason: "refused" as const, attempts: 4 };
  const row = { ...grave, lastError: "no", finishedAt: HOUR_AGO, ...change };
  await side.db.update(agentMessages).set(row).where(eq(agentMessages.messageId, id));
  return id;
}

const actions = async (id: string) => {
  const rows = await side.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
  return rows.map(({ action }) => action);
};

test("a dead message of ours is sent once more, as it was, and that is audited", async () => {
  const id = await dead();
  const before = await side.message(id);
  expect(await replayMessage({ ctx: side.ctx, input: { record_id: id } })).toEqual({
    ...{ record_id: id, delivery_status: "queued" },
  });
  expect(await side.message(id)).toMatchObject({
    ...{ deliveryStatus: "queued", deadReason: null, finishedAt: null, attempts: 0 },
    envelope: before?.envelope,
  });
  expect(await actions(id)).toEqual(["message.queue", "message.replay"]);
});

test("administrators are told once of all that died together, in a transaction or without one", async () => {
  const ids = await side.send(peer, [{}, {}]);
  const moves = ids.map((id) => ({ id, deadReason: "refused" as const }));
  const bury = { transition: "bury", moves } as const;
  await transitionMessages({ tx: side.db, ctx: side.ctx, input: bury });
  await transitionMessages({ tx: side.db, ctx: side.ctx, input: bury });
  const told = await side.db
    .select({ details: notifications.details })
    .from(notifications)
    .where(inArray(notifications.subjectId, ids));
  expect(told).toEqual([{ details: { count: 2 } }]);
});

test("one that has expired gets as much time as it had, under its old id", async () => {
  const id = await dead({ expiresAt: HOUR_AGO, deadReason: "expired" });
  const before = await side.message(id);
  await replayMessage({ ctx: side.ctx, input: { record_id: id } });
  const row = await side.message(id);
  const idOf = (text = "{}") => JSON.parse(text).message_id;
  expect(idOf(row?.envelope)).toBe(idOf(before?.envelope));
  expect(row?.envelope).not.toBe(before?.envelope);
  expect(row?.digest).not.toBe(before?.digest);
  expect(row?.expiresAt.getTime()).toBe((row?.sentTimestamp.getTime() ?? 0) + 60_000);
  expect(row?.expiresAt.getTime()).toBeGreaterThan(Date.now());
});

test("another's is handled once more, expired or not, and its words stay as they were signed", async () => {
  const id = await dead({ direction: "inbound", expiresAt: HOUR_AGO });
  const before = await side.message(id);
  expect(await replayMessage({ ctx: side.ctx, input: { record_id: id } })).toMatchObject({
    delivery_status: "received",
  });
  const row = await side.message(id);
  expect(row?.envelope).toBe(before?.envelope);
  expect(row?.deliveryStatus).toBe("received");
});

test("a discarded message stays, is not replayed, and is pruned after a month", async () => {
  const id = await dead();
  const input = { record_id: id };
  await discardMessage({ ctx: side.ctx, input });
  expect(await side.message(id)).toMatchObject({
    deliveryStatus: "discarded",
    deadReason: "refused",
  });
  await expect(replayMessage({ ctx: side.ctx, input })).rejects.toMatchObject({
    ...{ code: "conflict", details: { state: "discarded" } },
  });
  expect(await pruneMessages({ ctx: side.ctx })).toBe(0);
  await side.db
    .update(agentMessages)
    .set({ finishedAt: sql`now() - make_interval(days => 31)` })
    .where(eq(agentMessages.messageId, id));
  const kept = await dead({ finishedAt: new Date(0) });
  expect(await pruneMessages({ ctx: side.ctx })).toBe(1);
  expect(await side.message(id)).toBeUndefined();
  expect(await side.message(kept)).toBeDefined();
});

test("one sweep prunes all that is due, however many", async () => {
  const id = await dead({ deliveryStatus: "delivered", finishedAt: new Date(0) });
  // A copy of it, with every column, under so many other keys.
  await side.db.execute(sql`insert into agent_messages
    select (jsonb_populate_record(m, jsonb_build_object('message_id', gen_random_uuid()))).*
    from agent_messages m, generate_series(1, 5001) where m.message_id = ${id}`);
  expect(await pruneMessages({ ctx: side.ctx })).toBe(5002);
  expect(await side.states()).toEqual({});
});

test("of two who decide at once one comes first, and the other is told", async () => {
  const input = { record_id: await dead() };
  const settled = await Promise.allSettled([
    replayMessage({ ctx: side.ctx, input }),
    discardMessage({ ctx: side.ctx, input }),
  ]);
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("only administrators decide, and only on messages there are", async () => {
  const actor: Actor = { kind: "user", id: "u", label: "u", roles: ["operator"] };
  const input = { record_id: await dead() };
  for (const verb of [replayMessage, discardMessage]) {
    await expect(verb({ ctx: { ...side.ctx, actor }, input })).rejects.toMatchObject({
      code: "forbidden",
    });
    const unknown = { record_id: crypto.randomUUID() };
    await expect(verb({ ctx: side.ctx, input: unknown })).rejects.toMatchObject({
      code: "not_found",
    });
  }
});
