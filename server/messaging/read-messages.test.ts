import { afterAll, beforeAll, expect, test } from "vitest";
import { agentMessages, peers } from "@/drizzle/schema";
import { ACTORS, contextOf } from "@/server/decisions/testing/fixtures";
import type { Database } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { getMessage, listMessages, measureMessages } from "./read-messages";
import { readPeers } from "./read-peers";

const US = { agent_id: "agent-duckdb-spawn-1", product_id: "duckdb-spawn", domain: "financing" };
const RISK = { agent_id: "agent-risk-1", product_id: "risk", domain: "risk" };
const CONVERSATION = "11111111-1111-4111-8111-111111111111";

let database: TestDatabase;
const as = (role: "viewer" | "admin") =>
  contextOf(database.db, { ...ACTORS.viewer, roles: [role] });

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

type Row = typeof agentMessages.$inferInsert;

/** A message of ours to risk that was delivered 100 ms after it was asked for, unless said otherwise. */
function store(db: Database, number: number, other: Partial<Row> = {}) {
  const at = new Date(Date.now() - number * 1000);
  const envelope = {
    ...{ message_id: `m-${number}`, timestamp: at.toISOString(), sender: US, recipient: RISK },
    ...{ message_type: "acceptance", content: { reasons: [] }, requires_response: false },
    ...{ priority: "normal", ttl_seconds: 60, extra: "kept" },
  };
  return db.insert(agentMessages).values({
    ...{ messageId: idOf(number), senderId: US.agent_id, recipientId: RISK.agent_id },
    ...{ messageType: "acceptance", content: {}, sentTimestamp: at, deliveryStatus: "delivered" },
    ...{ direction: "outbound", envelope: JSON.stringify(envelope), signatureState: "own" },
    ...{ digest: `d-${number}`, priority: "normal", dueAt: at, createdAt: at, attempts: 1 },
    ...{ expiresAt: new Date(at.getTime() + 60_000), finishedAt: new Date(at.getTime() + 100) },
    ...other,
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await store(db, 1, { conversationId: CONVERSATION, keyId: "k-1", via: "broker" });
  await store(db, 2);
  await store(db, 3, { deliveryStatus: "queued", finishedAt: null });
  await store(db, 4, { deliveryStatus: "dead", deadReason: "expired", lastError: "No answer." });
  await store(db, 5, { deliveryStatus: "handled", direction: "inbound", recipientId: US.agent_id });
  const card = { ...RISK } as (typeof peers.$inferInsert)["card"];
  await db.insert(peers).values([
    {
      ...{ agentId: RISK.agent_id, productId: RISK.product_id, domain: RISK.domain, card },
      ...{ failures: 5, openUntil: new Date(Date.now() + 60_000), lastError: "refused" },
    },
    {
      ...{ agentId: "agent-quiet-1", productId: "quiet", domain: "quiet", card },
      openUntil: new Date(Date.now() - 60_000),
    },
  ]);
});
afterAll(() => database.drop());

test("messages are listed newest first, page by page, each once", async () => {
  const first = await listMessages({ ctx: as("admin"), input: { limit: 2 } });
  expect(first.items.map(({ message_id }) => message_id)).toEqual(["m-1", "m-2"]);
  const cursor = first.next_cursor ?? "";
  const rest = await listMessages({ ctx: as("admin"), input: { limit: 10, cursor } });
  expect(rest.items.map(({ message_id }) => message_id)).toEqual(["m-3", "m-4", "m-5"]);
  expect(rest.next_cursor).toBeNull();
  const dead = await listMessages({
    ctx: as("admin"),
    input: { limit: 10, delivery_status: ["dead"] },
  });
  expect(dead.items).toEqual([
    expect.objectContaining({ dead_reason: "expired", last_error: "No answer.", recipient: RISK }),
  ]);
});

test.each([
  ["none", "none"],
  ["of a year there never was", `0000-01-01T00:00:00.000Z ${idOf(1)}`],
])("a cursor that is %s is refused", async (_, text) => {
  const cursor = Buffer.from(text).toString("base64url");
  const listing = listMessages({ ctx: as("admin"), input: { limit: 2, cursor } });
  await expect(listing).rejects.toMatchObject({ code: "invalid_input" });
});

test("the list is for administrators; a conversation's message is for whoever reads it", async () => {
  const listing = listMessages({ ctx: as("viewer"), input: { limit: 2 } });
  await expect(listing).rejects.toMatchObject({ code: "forbidden" });
  const message = await getMessage({ ctx: as("viewer"), input: { record_id: idOf(1) } });
  expect(message).toMatchObject({ key_id: "k-1", via: "broker", conversation_id: CONVERSATION });
  // Fields that the envelope does not name are kept.
  expect(message.envelope).toMatchObject({ message_id: "m-1", extra: "kept" });
  for (const record_id of [idOf(2), idOf(99)]) {
    const reading = getMessage({ ctx: as("viewer"), input: { record_id } });
    await expect(reading).rejects.toMatchObject({ code: "not_found" });
  }
  const known = await getMessage({ ctx: as("admin"), input: { record_id: idOf(2) } });
  expect(known.message_id).toBe("m-2");
});

test("figures tell what waits and how long delivery takes", async () => {
  const figures = await measureMessages({ ctx: as("admin") });
  expect(figures).toEqual({
    ...{ queued: 1, sent: 0, received: 0, quarantined: 0, dead: 1 },
    ...{ lag_send_ms: expect.any(Number), lag_handle_ms: null },
    ...{ delivered_per_minute: 2, handled_per_minute: 1 },
    ...{ delivery_ms_p50: 100, delivery_ms_p95: 100 },
  });
  // The oldest that waits was asked for three seconds before the test began.
  expect(figures.lag_send_ms).toBeGreaterThanOrEqual(3000);
  expect(figures.lag_send_ms).toBeLessThan(600_000);
  await expect(measureMessages({ ctx: as("viewer") })).rejects.toMatchObject({ code: "forbidden" });
});

test("peers tell their circuit, and what waits for each", async () => {
  const { own_agent_id, peers: known } = await readPeers({ ctx: as("viewer") });
  expect(own_agent_id).toBe(US.agent_id);
  expect(known).toEqual([
    expect.objectContaining({
      agent_id: "agent-quiet-1",
      open_until: null,
      waiting: 0,
      lag_ms: null,
    }),
    expect.objectContaining({
      ...{ agent_id: RISK.agent_id, failures: 5, last_error: "refused" },
      ...{ open_until: expect.any(String), waiting: 1, delivery_ms_p95: 100 },
      lag_ms: expect.any(Number),
    }),
  ]);
});
