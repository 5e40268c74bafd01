import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conversations, dataProducts, operations } from "@/drizzle/schema";
import { emptySchema } from "@/server/decisions/testing/fixtures";
import { CourierHarness } from "@/server/messaging/testing/harness";
import type { Side } from "@/server/messaging/testing/side";
import { openBroker } from "@/server/platform/broker";
import { type JobHandler, startRelay, startWorker } from "@/server/queue";
import { messageHandlers, startConversations } from "./index";
import { Member } from "./testing/mesh";
import { begin, FINANCE, RISK, statesOf } from "./testing/schema-change";

const CONVERSATIONS = 2;

let h: CourierHarness;
beforeAll(async () => {
  h = await CourierHarness.open("postgres");
});
afterAll(() => h.close());

async function memberOf(side: Side, tables = FINANCE.tables ?? []): Promise<Member> {
  const { product_id, domain } = side.address;
  const schema = emptySchema({ product_id, domain, tables });
  await side.db.insert(dataProducts).values({
    ...{ productId: product_id, domain, baseUrl: "http://127.0.0.1:1", schema },
    ...{ schemaFingerprint: schema.schema_fingerprint, dataVersion: schema.data_version },
  });
  const database = { db: side.db, url: h.urlOf(side), drop: async () => {} };
  return new Member(side.root, database, side.address, schema);
}

/** What a courier process runs. */
function startCourierOf({ root }: Member, side: Side): void {
  h.courier(side, { handlers: messageHandlers });
  const running = startConversations(root, { sweepMs: 500 });
  h.onEnd(() => running.stop());
}

/** What a prover process runs, on a product that does at once what it is asked; `ran` counts it. */
function startProver(member: Member, ran: Map<string, number>): void {
  const { root, db, address } = member;
  const broker = openBroker({ DATABASE_URL: member.database.url }, root.log);
  const handler = (work: (subjectId: string) => Promise<unknown>): JobHandler => ({
    run: async ({ kind, subjectId }) => {
      const what = `${address.agent_id} ${kind} ${subjectId}`;
      await work(subjectId);
      ran.set(what, (ran.get(what) ?? 0) + 1);
    },
    giveUp: async () => {},
  });
  const conversationOf = async (suggestionId: string) => {
    const [row] = await db
      .select({ id: conversations.id })
      .from(conversations)
      .where(eq(conversations.suggestionId, suggestionId));
    return row?.id ?? "";
  };
  const execute = async (operationId: string) => {
    const [row] = await db.select().from(operations).where(eq(operations.id, operationId));
    await member.finish(await conversationOf(row?.suggestionId ?? ""));
  };
  const relay = startRelay(root, broker, { pollMs: 200, reconcileMs: 300, forgottenMs: 1000 });
  const options = { concurrency: 2, leaseMs: 5000 };
  const workers = [
    startWorker(root, broker, {
      ...{ queue: "proofs", ...options },
      handlers: { prove: handler(async (id) => member.prove(await conversationOf(id))) },
    }),
    startWorker(root, broker, {
      ...{ queue: "operations", ...options },
      handlers: { execute: handler(execute), verify: handler(async () => {}) },
    }),
  ];
  h.onEnd(async () => {
    await Promise.all([relay.stop(), ...workers.map((worker) => worker.stop())]);
    await broker.close();
  });
}

/** Actions that were audited more than once of one subject, whoever did them. */
async function doubledOf({ db }: Member): Promise<string[]> {
  const rows = await db.execute<{ action: string }>(sql`select action from audit_events
    where action like 'conversation.%' or action like 'operation.%' or action like 'message.%'
      or action like 'suggestion.%'
    group by action, subject_id having count(*) > 1`);
  return rows.map(({ action }) => action);
}

/** People approve what waits for them, until all is in sync. */
async function driveToSync(members: readonly Member[], id: string): Promise<void> {
  const waits = ["accepted", "awaiting_approval"];
  const approved = new Set<Member>();
  await h.until(async () => {
    const states = await statesOf(members, id).catch(() => []);
    for (const [index, member] of members.entries()) {
      if (states[index] !== waits[index] || approved.has(member)) continue;
      await member.approve(id);
      approved.add(member);
    }
    expect(states).toEqual(["synced", "synced"]);
  });
}

test("two couriers and two provers on each of two databases: every step of every conversation happens once", async () => {
  const finance = await memberOf(h.a);
  const risk = await memberOf(h.b, RISK.tables);
  const members = [finance, risk];
  const ran = new Map<string, number>();
  for (const [member, side] of [[finance, h.a] as const, [risk, h.b] as const]) {
    for (let n = 0; n < 2; n += 1) {
      startCourierOf(member, side);
      startProver(member, ran);
    }
  }
  const ids: string[] = [];
  for (let n = 0; n < CONVERSATIONS; n += 1) {
    const targets = [{ agent_id: h.b.address.agent_id }];
    const begun = await begin(finance, targets, { column_name: `risk_assessment_${n}` });
    ids.push(begun.conversation_id);
  }
  // One after the other: a product runs one operation at a time.
  for (const id of ids) await driveToSync(members, id);
  for (const member of members) expect(await doubledOf(member)).toEqual([]);
  expect([...ran].filter(([, count]) => count > 1)).toEqual([]);
  expect([...ran.keys()].filter((what) => what.includes(" execute "))).toHaveLength(
    2 * CONVERSATIONS,
  );
}, 90_000);
