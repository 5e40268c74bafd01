import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentMessages } from "@/drizzle/schema";
import { Side } from "@/server/messaging/testing/side";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: { authorization: string };
let ids: string[];
beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["admin"])).headers;
  const side = new Side("a", harness.db);
  const peer = new Side("b", harness.db);
  const conversation_id = crypto.randomUUID();
  ids = await side.send(peer, [
    { conversation_id, sequence: 1 },
    { message_type: "error", content: { code: "x", message: "x" } },
    {},
  ]);
  await harness.db
    .update(agentMessages)
    .set({ deliveryStatus: "dead", deadReason: "refused", finishedAt: new Date() })
    .where(eq(agentMessages.messageId, ids[1] ?? ""));
});
afterAll(() => harness.drop());

const list = async (query: string) =>
  (await harness.get(`/agent/messages${query}`, headers)).json();

test("messages are listed by state and in pages", async () => {
  const dead = await list("?state=dead");
  expect(dead).toMatchObject({
    items: [{ record_id: ids[1], delivery_status: "dead", dead_reason: "refused" }],
    next_cursor: null,
  });
  const first = await list("?limit=2");
  const rest = await list(`?limit=2&cursor=${first.next_cursor}`);
  const seen = [...first.items, ...rest.items].map(({ record_id }) => record_id);
  expect(seen.sort()).toEqual([...ids].sort());
});

test("a message of a conversation is read by everybody who reads that, another one is not there for them", async () => {
  const viewer = (await harness.person(["viewer"])).headers;
  const read = (id = "", as = viewer) => harness.get(`/agent/messages/${id}`, as);
  expect(await (await read(ids[0])).json()).toMatchObject({
    ...{ record_id: ids[0], envelope: { content: { sequence: 1 } } },
  });
  expect((await read(ids[1])).status).toBe(404);
  expect((await read(ids[1], headers)).status).toBe(200);
  expect((await read("no-uuid", headers)).status).toBe(400);
});

test("a dead message is replayed or discarded once", async () => {
  const decide = (id = "", what: string) =>
    harness.post(`/agent/messages/${id}/${what}`, { headers });
  const replayed = await decide(ids[1], "replay");
  expect(await replayed.json()).toEqual({ record_id: ids[1], delivery_status: "queued" });
  const late = await decide(ids[1], "discard");
  expect(late.status).toBe(409);
  expect(await late.json()).toMatchObject({ details: { state: "queued" } });
  expect((await decide(crypto.randomUUID(), "replay")).status).toBe(404);
});
