import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentMessages } from "@/drizzle/schema";
import { signDetached } from "@/server/identity";
import { CourierHarness } from "../testing/harness";
import { receiptsQueue } from "./bundles";

const turns: string[] = [];
/** Loops that hand over have a turn when they are woken, and only then: polling helps nothing here. */
vi.mock(import("./loop"), async (load) => {
  const { startLoop } = await load();
  return {
    startLoop: (log, { name, turn }) => {
      let isWoken = true;
      const loop = startLoop(log, {
        name,
        turn: async () => {
          if (name.startsWith("hand over") && !isWoken) return null;
          isWoken = false;
          turns.push(name);
          return turn();
        },
      });
      const wake = () => {
        isWoken = true;
        loop.wake();
      };
      return { ...loop, wake };
    },
  };
});

let h: CourierHarness;
beforeAll(async () => {
  h = await CourierHarness.open("postgres");
});
afterAll(() => h.close());

test("a receipt makes room in a full window at once", async () => {
  const ids = await h.a.send(h.b, Array(1001).fill({}));
  const [waiting = "", received = ""] = ids;
  // As many as may be out at once.
  await h.a.db
    .update(agentMessages)
    .set({ deliveryStatus: "sent", via: "broker", nextAt: sql`now() + interval '1 hour'` })
    .where(sql`${agentMessages.messageId} <> ${waiting}`);
  h.courier(h.a);
  // Once when they start, once when the broker can be used, once when they listen.
  const ofLane = () => turns.filter((name) => name === "hand over").length;
  await h.until(() => expect(ofLane()).toBeGreaterThanOrEqual(2));
  await h.until(async () => {
    const [row] = await h.a.db.execute<{ count: number }>(sql`select count(*)::int as count
      from pg_stat_activity where query ilike 'listen%sidecar_messages%'`);
    expect(row?.count).toBeGreaterThan(0);
  });
  expect(await h.a.states()).toEqual({ queued: 1, sent: 1000 });
  const receipts = [{ record_id: received, outcome: "stored" }];
  const text = JSON.stringify({ kind: "receipts", agent_id: h.b.address.agent_id, receipts });
  const { signature } = await signDetached({ ctx: h.b.ctx, input: { text } });
  const offer = { id: randomUUID(), data: { text, signature }, delayMs: 0, priority: 1 };
  await h.broker()?.add(receiptsQueue(h.a.address.agent_id), [offer]);
  await h.until(async () => expect(await h.a.states()).toEqual({ delivered: 1, sent: 1000 }));
  const [row] = await h.a.db
    .select({ attempts: agentMessages.attempts })
    .from(agentMessages)
    .where(eq(agentMessages.messageId, waiting));
  expect(row?.attempts).toBe(1);
});
