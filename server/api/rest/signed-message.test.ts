import { eq, like } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentMessages, auditEvents, messageRefusals } from "@/drizzle/schema";
import { MESSAGE_SIGNATURE_HEADER, type MessageEnvelope } from "@/server/contracts";
import { listRefusals } from "@/server/messaging";
import { listPeer, makeKey, messageOf, RISK, signWith } from "@/server/messaging/testing/peer";
import { env } from "@/server/platform";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
const KEY = makeKey("risk-key-1");
const OTHER = { agent_id: "agent-other-1", product_id: "other", domain: "other" };
const OTHER_KEY = makeKey("other-key-1");

beforeAll(async () => {
  harness = await createHarness({ settings: { REQUESTS_PER_MINUTE_MAX: 60_000 } });
  await listPeer(harness.db, [KEY.jwk]);
  await listPeer(harness.db, [OTHER_KEY.jwk], OTHER);
});
afterAll(() => harness.drop());

const deliver = (text: string, signature: string | null, more: Record<string, string> = {}) =>
  harness.post("/agent/message", {
    text,
    headers: { ...more, ...(signature === null ? {} : { [MESSAGE_SIGNATURE_HEADER]: signature }) },
  });

/** A message as its sender writes it: with spaces and an order of its own. */
const write = (change: Partial<MessageEnvelope> = {}) => JSON.stringify(messageOf(change), null, 3);

test("a signed message needs no other credential, and is kept byte by byte with its signature", async () => {
  const text = write();
  const signature = signWith(KEY, text);
  const response = await deliver(text, signature);
  expect(response.status).toBe(202);
  const { record_id } = await response.json();
  const [row] = await harness.db
    .select()
    .from(agentMessages)
    .where(eq(agentMessages.messageId, record_id));
  const signed = { signature, signatureState: "verified", keyId: "risk-key-1" };
  expect(row).toMatchObject({ envelope: text, ...signed, direction: "inbound", via: "http" });
  const [audit] = await harness.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, record_id));
  expect(audit).toMatchObject({ actorKind: "agent", actorId: RISK.agent_id });
});

test("the same message again is a duplicate, signed anew or spelled otherwise too", async () => {
  const envelope = messageOf();
  const text = JSON.stringify(envelope);
  const first = await (await deliver(text, signWith(KEY, text))).json();
  const { sender, ...rest } = envelope;
  const spelled = JSON.stringify({ sender, ...rest }, null, 1);
  for (const again of [text, spelled]) {
    const answer = await (await deliver(again, signWith(KEY, again))).json();
    expect(answer).toEqual({ ...first, is_duplicate: true });
  }
});

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const deep = (levels: number) => {
  const { content: _, ...rest } = messageOf();
  return `{"content":{"a":${nested(levels)}},${JSON.stringify(rest).slice(1)}`;
};
const signed = (text: string, key = KEY) => ({ text, signature: signWith(key, text) });

const REFUSED: [string, () => { text: string; signature: string | null }, number, string][] = [
  [
    "in another agent's name, signed with the forger's key",
    () => signed(write(), OTHER_KEY),
    401,
    "unknown_key",
  ],
  [
    "signed with the forger's key under the victim's key id",
    () => signed(write(), { ...OTHER_KEY, jwk: KEY.jwk }),
    401,
    "bad_signature",
  ],
  [
    "with a tampered body",
    () => {
      const { text, signature } = signed(write());
      return { text: text.replace("nulls", "nullz"), signature };
    },
    401,
    "bad_signature",
  ],
  [
    "with another message's signature",
    () => ({ text: write(), signature: signWith(KEY, write()) }),
    401,
    "bad_signature",
  ],
  ["without a signature or token", () => ({ text: write(), signature: null }), 401, "unsigned"],
  [
    "of an agent nobody registered",
    () => signed(write({ sender: { ...RISK, agent_id: "agent-nobody" } })),
    401,
    "unknown_agent",
  ],
  ["with an unknown key id", () => signed(write(), makeKey("risk-key-9")), 401, "unknown_key"],
  [
    "for another domain than its sender's",
    () => signed(write({ sender: { ...RISK, domain: "financing" } })),
    403,
    "wrong_domain",
  ],
  [
    "for another product than its sender's",
    () => signed(write({ sender: { ...RISK, product_id: "other" } })),
    403,
    "wrong_domain",
  ],
  [
    "in our own name",
    () => signed(write({ sender: { ...RISK, agent_id: env().AGENT_ID } })),
    403,
    "sender_mismatch",
  ],
  [
    "past its ttl",
    () => signed(write({ timestamp: secondsAgo(61), ttl_seconds: 60 })),
    400,
    "message_expired",
  ],
  [
    "of a clock an hour behind",
    () => signed(write({ timestamp: secondsAgo(3700) })),
    400,
    "message_expired",
  ],
  [
    "of a clock an hour ahead",
    () => signed(write({ timestamp: secondsAgo(-3600) })),
    400,
    "message_from_the_future",
  ],
  ["for somebody else", () => signed(write({ recipient: OTHER })), 404, "wrong_recipient"],
  ["of 5 MB", () => signed(write({ content: { a: "x".repeat(5_000_000) } })), 413, "too_large"],
  ["of 100,000 levels", () => signed(deep(100_000)), 400, "too_deep"],
  ["of 100,000 open brackets", () => signed("[".repeat(100_000)), 400, "too_deep"],
  ["that is no JSON", () => signed('{"message_id": '), 400, "invalid_envelope"],
  ["that is no object", () => signed("[1, 2]"), 400, "invalid_envelope"],
  ["with NUL in a text", () => signed(write({ content: { a: "\0" } })), 400, "invalid_envelope"],
  ["with a ttl of zero", () => signed(write({ ttl_seconds: 0 })), 400, "invalid_envelope"],
];

test.each(REFUSED)(
  "a message %s is refused with the reason, counted, and not stored",
  async (_, make, status, reason) => {
    const [before, counted] = [await harness.db.$count(agentMessages), await countOf(reason)];
    const { text, signature } = make();
    const response = await deliver(text, signature);
    expect([response.status, (await response.json()).details?.reason]).toEqual([status, reason]);
    expect(await harness.db.$count(agentMessages)).toBe(before);
    expect(await countOf(reason)).toBe(counted + 1);
  },
);

async function countOf(reason: string): Promise<number> {
  const rows = await listRefusals({ ctx: harness.ctx, input: {} });
  return rows.filter((row) => row.reason === reason).reduce((sum, { count }) => sum + count, 0);
}

test("64 levels are taken", async () => {
  const text = deep(62);
  expect((await deliver(text, signWith(KEY, text))).status).toBe(202);
});

test("a replayed id with another content is refused, whoever signed it", async () => {
  const [first, second] = [messageOf(), messageOf({ priority: "high" })];
  const text = JSON.stringify(first);
  expect((await deliver(text, signWith(KEY, text))).status).toBe(202);
  const again = JSON.stringify({ ...second, message_id: first.message_id });
  const response = await deliver(again, signWith(KEY, again));
  expect(response.status).toBe(422);
  expect((await response.json()).details).toMatchObject({ reason: "id_reused" });
});

test("a retired key verifies while the directory lists it, a compromised one is gone with it", async () => {
  const sender = { agent_id: "agent-rotating", product_id: "rotating", domain: "r" };
  const [old, next] = [makeKey("old"), makeKey("next")];
  const send = async () => {
    const text = write({ sender });
    return (await deliver(text, signWith(old, text))).status;
  };
  await listPeer(harness.db, [next.jwk, old.jwk], sender);
  expect(await send()).toBe(202);
  await listPeer(harness.db, [next.jwk], sender);
  expect(await send()).toBe(401);
});

test("the first refusal of a kind, hour and sender is audited; a flood of senders makes few rows", async () => {
  await harness.db.delete(messageRefusals);
  const flood = Array.from({ length: 60 }, (_, index) => `agent-flood-${index}`);
  for (const agent_id of [...flood, "agent-flood-0"]) {
    const text = write({ sender: { ...RISK, agent_id } });
    await deliver(text, signWith(KEY, text));
  }
  const rows = await listRefusals({ ctx: harness.ctx, input: {} });
  expect(rows).toHaveLength(51);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(61);
  expect(rows.find(({ claimed_sender }) => claimed_sender === "*")?.count).toBe(10);
  const isAbout = like(auditEvents.subjectId, "agent-flood-%");
  expect(await harness.db.$count(auditEvents, isAbout)).toBe(50);
});

test("refusals are for administrators", async () => {
  const viewer = {
    ...harness.ctx,
    actor: { ...harness.ctx.actor, kind: "user" as const, roles: [] },
  };
  await expect(listRefusals({ ctx: viewer, input: {} })).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("unsigned messages are refused altogether where the setting says so", async () => {
  const strict = await createHarness({
    db: harness.db,
    settings: { MCP_UNSIGNED_MESSAGES: "refuse" },
  });
  const headers = await strict.machine("agent", RISK.agent_id);
  const response = await strict.post("/agent/message", { headers, json: messageOf() });
  expect(response.status).toBe(401);
  expect((await response.json()).details).toMatchObject({ reason: "unsigned" });
});

test("a token does not let a registered agent speak for another domain", async () => {
  const headers = await harness.machine("agent", RISK.agent_id);
  const json = messageOf({ sender: { ...RISK, domain: "financing" } });
  const response = await harness.post("/agent/message", { headers, json });
  expect((await response.json()).details).toMatchObject({ reason: "wrong_domain" });
});

test("a signature is checked also beside a valid token: the token does not make up for it", async () => {
  const headers = await harness.machine("agent", RISK.agent_id);
  const text = write();
  const response = await deliver(text, signWith(OTHER_KEY, text), headers);
  expect(response.status).toBe(401);
});
