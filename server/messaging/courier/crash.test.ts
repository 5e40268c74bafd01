import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { peers } from "@/drizzle/schema";
import { hasRedis } from "@/server/queue/testing/redis";
import { acceptSignedMessage } from "../index";
import { answering } from "../testing/answering";
import { CourierHarness } from "../testing/harness";

/** What b has of a message that was sent twice: stored and handled once. */
async function expectHandledOnce(h: CourierHarness, id: string): Promise<void> {
  await h.until(async () => {
    expect(await h.a.message(id)).toMatchObject({ deliveryStatus: "delivered" });
    expect(await h.b.states()).toEqual({ handled: 1 });
  });
  expect((await h.a.message(id))?.attempts).toBeGreaterThanOrEqual(2);
  for (const action of ["message.receive", "message.handle"]) {
    expect([action, await h.b.doubled(action)]).toEqual([action, 0]);
  }
}

/** Processes are started: on a busy machine that takes many seconds. */
const TIMEOUT = 90_000;
const KILLED = [null, "SIGKILL"];

describe(`over a broker on ${hasRedis ? "Redis" : "PostgreSQL"}`, () => {
  let h: CourierHarness;
  beforeAll(async () => {
    h = await CourierHarness.open(hasRedis ? "redis" : "postgres");
  });
  afterEach(() => h.end());
  afterAll(() => h.close());

  test(
    "kill -9 of the sender's courier right after it handed a message over: sent twice, handled once",
    async () => {
      const [id = ""] = await h.a.send(h.b, [{}]);
      expect(await h.process(h.a, "after").ended).toEqual(KILLED);
      expect(await h.a.message(id)).toMatchObject({ deliveryStatus: "sent", attempts: 1 });
      h.courier(h.a);
      await h.until(async () => expect((await h.a.message(id))?.attempts).toBeGreaterThan(1));
      h.courier(h.b);
      await expectHandledOnce(h, id);
    },
    TIMEOUT,
  );

  test(
    "kill -9 of the recipient's courier between storing a message and its receipt: sent twice, handled once",
    async () => {
      const dying = h.process(h.b, "before");
      h.courier(h.a);
      const [id = ""] = await h.a.send(h.b, [{}]);
      expect(await dying.ended).toEqual(KILLED);
      expect(await h.b.message(id)).toBeDefined();
      expect(await h.a.message(id)).toMatchObject({ deliveryStatus: "sent" });
      h.courier(h.b);
      await expectHandledOnce(h, id);
    },
    TIMEOUT,
  );
});

describe("over HTTP", () => {
  let h: CourierHarness;
  beforeAll(async () => {
    h = await CourierHarness.open("none");
  });
  afterEach(() => h.end());
  afterAll(() => h.close());

  test(
    "kill -9 of the sender's courier between the answer and noting it: sent twice, handled once",
    async () => {
      let sender: ReturnType<typeof h.process> | undefined;
      const duplicates: boolean[] = [];
      const server = await answering(async ({ text, signature }) => {
        const input = { text, signature: String(signature), via: "http" as const };
        const receipt = await acceptSignedMessage({ ctx: h.b.ctx, input });
        duplicates.push(receipt.is_duplicate);
        await sender?.kill();
        return [202, receipt];
      });
      h.onEnd(server.close);
      await h.a.meet(h.b, server.url);
      sender = h.process(h.a, null);
      const [id = ""] = await h.a.send(h.b, [{}]);
      await sender.ended;
      sender = undefined;
      h.courier(h.a);
      h.courier(h.b);
      await expectHandledOnce(h, id);
      expect(duplicates).toEqual([false, true]);
    },
    TIMEOUT,
  );
});

describe.runIf(hasRedis)("while Redis is down", () => {
  let h: CourierHarness;
  beforeAll(async () => {
    h = await CourierHarness.open("redis");
  });
  afterAll(() => h.close());

  test(
    "agents are reached over HTTP, and messages for the broker wait until it is back",
    async () => {
      const server = await answering((_, record_id) => [202, { record_id }]);
      h.onEnd(server.close);
      const elsewhere = { agent_id: "agent-c", product_id: "c", domain: "domain-c" };
      const card = { ...(await h.b.card(server.url)), ...elsewhere, broker_id: null };
      const { agent_id: agentId, product_id: productId, domain } = elsewhere;
      await h.a.db.insert(peers).values({ agentId, productId, domain, card });
      const courier = h.courier(h.a);
      h.courier(h.b);
      await h.until(() => expect(courier.status().parts.broker?.is_ready).toBe(true));

      await h.redis?.kill();
      const shared = await h.a.send(h.b, Array(5).fill({}));
      const direct = await h.a.send(h.b, Array(20).fill({ recipient: elsewhere }));
      await h.until(async () => {
        for (const id of direct) {
          const row = await h.a.message(id);
          expect(row).toMatchObject({ deliveryStatus: "delivered", via: "http" });
        }
      });
      expect(courier.status().is_ready).toBe(true);
      for (const id of shared) {
        expect(["queued", "sent"]).toContain((await h.a.message(id))?.deliveryStatus);
      }

      await h.redis?.start();
      await h.until(async () => {
        expect(await h.a.states()).toEqual({ delivered: 25 });
        expect(await h.b.states()).toEqual({ handled: 5 });
      });
    },
    TIMEOUT,
  );
});
