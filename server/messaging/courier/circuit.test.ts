import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { agentMessages, peers } from "@/drizzle/schema";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { brokerIdOf } from "@/server/registry";
import { Side } from "../testing/side";
import { claimOutbound } from "./claim-outbound";
import { noteContact, noteFailures } from "./peers";

const RECEIPT_MS = 1000;
const COUNT = 20;
const BROKER = { MCP_BROKER_URL: "redis://127.0.0.1:6379" };

let database: TestDatabase;
let a: Side;
let b: Side;
beforeAll(async () => {
  database = await createTestDatabase();
  a = new Side("a", database.db, BROKER);
  b = new Side("b", database.db, BROKER);
  await a.meet(b);
});
afterEach(() => a.forget());
afterAll(() => database.drop());

const agentId = "agent-b";
const failOnce = () => noteFailures(a.db, { agentId, count: 1, error: "No answer." });

/** What a courier that has just started takes. */
async function claim(via: "broker" | "http" = "broker"): Promise<string[]> {
  const lane = { via, isUrgent: false, limit: 200, busy: [] };
  const brokerId = via === "broker" ? brokerIdOf(a.root.settings) : null;
  const input = { lane, brokerId, receiptMs: RECEIPT_MS, silenceCountedAt: new Map() };
  const { deliveries } = await claimOutbound({ ctx: a.ctx, input });
  return deliveries.map(({ id }) => id);
}

/** The circuit of b after so many failures: open for so many more seconds; negative: half open. */
async function openFor(seconds: number, failures = 5): Promise<void> {
  const openUntil = sql`now() + make_interval(secs => ${seconds}::float8)`;
  await a.db.update(peers).set({ failures, openUntil, lastContactAt: null });
}

const allOverdue = () =>
  a.db.update(agentMessages).set({ nextAt: sql`now() - interval '1 second'` });

async function circuit() {
  const [row] = await a.db
    .select({
      failures: peers.failures,
      seconds: sql<number | null>`extract(epoch from ${peers.openUntil} - now())::float8`,
      lastError: peers.lastError,
    })
    .from(peers);
  return row ?? { failures: -1, seconds: null, lastError: null };
}

/** Messages that are taken at once, where nothing else keeps them. */
const dueCount = () => a.db.$count(agentMessages, sql`${agentMessages.nextAt} <= now()`);

test("messages without a receipt do not keep a half-open circuit from its one try", async () => {
  await a.send(b, Array(COUNT).fill({}));
  await claim();
  await allOverdue();
  await openFor(-1);
  expect(await claim()).toHaveLength(1);
  // It counts as failed until the recipient is heard.
  const { failures, seconds } = await circuit();
  expect(failures).toBe(6);
  expect(seconds).toBeGreaterThan(5);
  await allOverdue();
  expect(await claim()).toEqual([]);
});

test("what waits for an open circuit is due as soon as it is closed", async () => {
  await a.send(b, Array(COUNT).fill({}));
  await openFor(60);
  expect(await claim()).toEqual([]);
  expect(await dueCount()).toBe(COUNT);
  await noteContact(a.db, agentId);
  expect(await circuit()).toEqual({ failures: 0, seconds: null, lastError: null });
  expect(await claim()).toHaveLength(COUNT);
});

test("what failed while a circuit was open is posted again as soon as it is closed", async () => {
  await a.send(b, Array(COUNT).fill({}));
  expect(await claim("http")).toHaveLength(COUNT);
  await a.db.update(agentMessages).set({ nextAt: sql`now() + interval '50 seconds'` });
  await noteContact(a.db, agentId);
  expect(await dueCount()).toBe(0);
  await openFor(60);
  await noteContact(a.db, agentId);
  expect(await dueCount()).toBe(COUNT);
});

test("what expires while the circuit is open is given up", async () => {
  await a.send(b, [{}, {}]);
  const [row] = await a.db.select({ id: agentMessages.messageId }).from(agentMessages).limit(1);
  const id = row?.id ?? "";
  await a.db
    .update(agentMessages)
    .set({ expiresAt: sql`now() - interval '1 second'` })
    .where(sql`${agentMessages.messageId} = ${id}`);
  await openFor(60);
  expect(await claim()).toEqual([]);
  expect(await a.message(id)).toMatchObject({ deliveryStatus: "dead", deadReason: "expired" });
  expect(await a.states()).toEqual({ dead: 1, queued: 1 });
});

test("five failures open a circuit, each try that fails doubles its time, and nothing else does", async () => {
  for (let count = 1; count < 5; count += 1) await failOnce();
  expect(await circuit()).toMatchObject({ failures: 4, seconds: null });
  await failOnce();
  expect(await circuit()).toMatchObject({ failures: 5, lastError: "No answer." });
  const [least, most] = [4, 61];
  for (const failures of [6, 7, 8, 9]) {
    await a.send(b, [{}]);
    await openFor(-1, failures - 1);
    expect(await claim()).toHaveLength(1);
    const opened = await circuit();
    expect(opened.failures).toBe(failures);
    expect(opened.seconds).toBeGreaterThan(Math.min(least * 2 ** (failures - 5), 29));
    expect(opened.seconds).toBeLessThan(most);
    // The try itself has failed, and others that were under way.
    await failOnce();
    await failOnce();
    const after = await circuit();
    expect(after.failures).toBe(failures);
    expect(after.seconds).toBeLessThanOrEqual(opened.seconds ?? 0);
  }
});

test("silence counts against a recipient that has not been heard since, once for each receipt that may come", async () => {
  await a.send(b, [{}]);
  await claim();
  for (const [heardSecondsAgo, failures] of [
    [2, 0],
    [10, 1],
  ] as const) {
    const lastContactAt = sql`now() - make_interval(secs => ${heardSecondsAgo})`;
    await a.db.update(peers).set({ lastContactAt });
    await allOverdue();
    await claim();
    expect((await circuit()).failures).toBe(failures);
  }
});
