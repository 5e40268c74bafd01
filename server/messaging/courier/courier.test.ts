import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { agentMessages, peers } from "@/drizzle/schema";
import { hasRedis } from "@/server/queue/testing/redis";
import { verifySignature } from "../signatures";
import { answering } from "../testing/answering";
import { CourierHarness } from "../testing/harness";

describe.each([
  { kind: "postgres" as const, isThere: true },
  { kind: "redis" as const, isThere: hasRedis },
])("over a broker on $kind", ({ kind, isThere }) => {
  let h: CourierHarness;
  beforeAll(async () => {
    if (isThere) h = await CourierHarness.open(kind);
  });
  afterEach(() => h?.end());
  afterAll(() => h?.close());
  const delivered = (count: number) => ({ delivered: count });

  test.runIf(isThere)(
    "a message is signed, stored by its recipient, receipted and handled, and answered",
    async () => {
      h.courier(h.a);
      h.courier(h.b);
      const [id = ""] = await h.a.send(h.b, [{ requires_response: true }]);
      await h.until(async () => {
        expect(await h.a.message(id)).toMatchObject({ deliveryStatus: "delivered", via: "broker" });
        expect(await h.b.message(id)).toMatchObject({
          deliveryStatus: "handled",
          signatureState: "verified",
        });
        expect(await h.a.states()).toEqual({ delivered: 1, handled: 1 });
      });
    },
  );

  test.runIf(isThere)("two couriers of each side double nothing", async () => {
    for (const side of [h.a, h.a, h.b, h.b]) h.courier(side);
    const ids = await h.a.send(h.b, Array(300).fill({}));
    await h.until(async () => {
      expect(await h.a.states()).toEqual(delivered(ids.length));
      expect(await h.b.states()).toEqual({ handled: ids.length });
    });
    const actions = ["message.send", "message.deliver", "message.receive", "message.handle"];
    for (const action of actions) {
      expect([action, await h.a.doubled(action), await h.b.doubled(action)]).toEqual([
        action,
        0,
        0,
      ]);
    }
  });

  test.runIf(isThere)("a broker that forgets everything costs time alone", async () => {
    h.courier(h.a);
    // Nobody takes them yet.
    const ids = await h.a.send(h.b, Array(20).fill({}));
    await h.until(async () => expect(await h.a.states()).toEqual({ sent: ids.length }));
    await h.emptyBroker();
    h.courier(h.b);
    await h.until(async () => {
      expect(await h.b.states()).toEqual({ handled: ids.length });
      expect(await h.a.states()).toEqual(delivered(ids.length));
    });
  });

  test.runIf(isThere)("an urgent message overtakes what waits", async () => {
    const order: string[] = [];
    const ids = await h.a.send(h.b, [...Array(400).fill({}), { priority: "urgent" as const }]);
    const urgent = ids.at(-1) ?? "";
    h.courier(h.a);
    h.courier(h.b, {
      handlers: {
        quality_alert: async (_, __, { recordId }) => {
          order.push(recordId);
        },
      },
    });
    await h.until(() => expect(order).toHaveLength(ids.length));
    expect(order.indexOf(urgent)).toBeLessThan(150);
  });

  test.runIf(isThere)(
    "messages of a conversation are handled in their sequence, whatever order they come in",
    async () => {
      const conversation_id = crypto.randomUUID();
      const seen: (number | null)[] = [];
      let last = 0;
      h.courier(h.b, {
        handlers: {
          quality_alert: async (_, __, { row }) => {
            if (row.sequence !== last + 1) return { outcome: "not_yet" };
            last = row.sequence;
            seen.push(row.sequence);
            return { outcome: "handled" };
          },
        },
      });
      for (const sequence of [3, 2, 1]) await h.a.send(h.b, [{ conversation_id, sequence }]);
      await h.a.db.update(agentMessages).set({
        nextAt: sql`now() + make_interval(secs => 0.2 * (4 - (3 - ${agentMessages.sequence})))`,
      });
      h.courier(h.a);
      await h.until(() => expect(seen).toEqual([1, 2, 3]));
      await h.until(async () => expect(await h.b.states()).toEqual({ handled: 3 }));
    },
  );

  test.runIf(isThere)(
    "a recipient that refuses says so: the message is dead, with its reason",
    async () => {
      h.courier(h.a);
      h.courier(h.b);
      const [id = ""] = await h.a.send(h.b, [
        { recipient: { ...h.b.address, product_id: "other" } },
      ]);
      await h.until(async () =>
        expect(await h.a.message(id)).toMatchObject({
          ...{ deliveryStatus: "dead", deadReason: "refused" },
          lastError: expect.stringContaining("wrong_recipient"),
        }),
      );
      expect(await h.b.message(id)).toBeUndefined();
    },
  );
});

describe("without a broker", () => {
  let h: CourierHarness;
  beforeAll(async () => {
    h = await CourierHarness.open("none");
  });
  afterEach(() => h.end());
  afterAll(() => h.close());

  /** As if it had come in: to b, from a. */
  async function arrive(messages: Parameters<typeof h.a.send>[1], change: object = {}) {
    const ids = await h.a.send(h.b, messages);
    const rows = await h.a.db.select().from(agentMessages);
    const states = { direction: "inbound", deliveryStatus: "received", signatureState: "verified" };
    await h.b.db
      .insert(agentMessages)
      .values(rows.map((row) => ({ ...row, ...states, ...change }) as typeof row));
    await h.a.db.delete(agentMessages);
    return ids;
  }

  test("a type nobody knows is given up and answered with an error, an error about it is not", async () => {
    const [id = ""] = await arrive([{}], { messageType: "from_a_later_version" });
    const [odd = ""] = await arrive([{}], { messageType: "error", content: { code: 5 } });
    h.courier(h.b);
    await h.until(async () => {
      for (const each of [id, odd]) {
        expect(await h.b.message(each)).toMatchObject({
          ...{ deliveryStatus: "dead", deadReason: "invalid_content" },
        });
      }
    });
    const rows = await h.b.db.select().from(agentMessages);
    const answers = rows.filter(({ direction }) => direction === "outbound");
    expect(answers).toMatchObject([
      { messageType: "error", content: { code: "unknown_type" }, responseId: id },
    ]);
  });

  test("content that does not fit its type is answered with an error that says where", async () => {
    const [id = ""] = await arrive([{}], { content: { table: 5 } });
    h.courier(h.b);
    await h.until(async () => {
      const rows = await h.b.db.select().from(agentMessages);
      const answers = rows.filter(({ direction }) => direction === "outbound");
      expect(answers).toMatchObject([
        {
          content: { code: "invalid_content", message: expect.stringContaining("table") },
          responseId: id,
        },
      ]);
    });
  });

  test("those that wait for an earlier message of their sender are handled at once when it is", async () => {
    const conversation_id = crypto.randomUUID();
    const thread = [1, 2, 3].map((sequence) => ({ conversation_id, sequence }));
    const [first = "", ...later] = await arrive(thread);
    // As after many tries, which the first of them ends.
    const waits = { nextAt: sql`now() + interval '1 hour'`, attempts: 20 };
    await h.b.db.update(agentMessages).set(waits).where(inArray(agentMessages.messageId, later));
    const order: (number | null)[] = [];
    h.courier(h.b, {
      handlers: {
        quality_alert: async (_, __, { row }) => {
          order.push(row.sequence);
        },
      },
    });
    await h.until(async () => expect(await h.b.states()).toEqual({ handled: 3 }));
    expect(order).toEqual([1, 2, 3]);
    expect((await h.b.message(first))?.attempts).toBe(1);
  });

  test("under sustained urgent traffic a normal message waits for an urgent one's head start, and no longer", async () => {
    // One urgent message every 0.4 s, for two minutes until now; the normal one came with the first of them.
    const urgent = Array.from({ length: 300 }, () => ({ priority: "urgent" as const }));
    const [normal = "", ...ids] = await arrive([{}, ...urgent]);
    const listed = `{${ids.join(",")}}`;
    await h.b.db.execute(sql`update agent_messages m
      set due_at = now() - interval '180 seconds' + g.at * interval '0.4 seconds'
      from unnest(${listed}::text::uuid[]) with ordinality g(id, at) where m.message_id = g.id`);
    await h.b.db
      .update(agentMessages)
      .set({ dueAt: sql`now() - interval '120 seconds'` })
      .where(eq(agentMessages.messageId, normal));
    const order: string[] = [];
    h.courier(h.b, {
      handlers: {
        quality_alert: async (_, __, { recordId }) => {
          order.push(recordId);
        },
      },
    });
    await h.until(() => expect(order).toHaveLength(301));
    // Those of its first 60 s come before it: 150, give or take what two loops hold at once.
    expect(Math.abs(order.indexOf(normal) - 150)).toBeLessThanOrEqual(100);
  });

  test("very many that wait for one that has not come leave the turns to others", async () => {
    const thread = { conversation_id: crypto.randomUUID() };
    const waiting = Array.from({ length: 300 }, (_, at) => ({ ...thread, sequence: at + 2 }));
    await arrive(waiting.map((each) => ({ ...each, priority: "urgent" as const })));
    await h.b.db.update(agentMessages).set({ attempts: 9 });
    let tries = 0;
    h.courier(h.b, {
      handlers: {
        quality_alert: async (_, __, { row }) => {
          if (row.sequence === null) return { outcome: "handled" };
          tries += 1;
          return { outcome: "not_yet" };
        },
      },
    });
    await h.until(async () => expect(tries).toBeGreaterThan(0));
    const [id = ""] = await arrive([{}]);
    await h.until(async () =>
      expect(await h.b.message(id)).toMatchObject({ deliveryStatus: "handled" }),
    );
    const [soon] = await h.b.db
      .select({ ms: sql<number>`(1000 * extract(epoch from min(next_at) - now()))::float8` })
      .from(agentMessages)
      .where(eq(agentMessages.deliveryStatus, "received"));
    expect(soon?.ms).toBeGreaterThan(10_000);
  });

  test("a message whose handler fails is handled again, and the others of its batch once", async () => {
    const calls = new Map<string, number>();
    const [bad = "", ...good] = await arrive([{}, {}, {}, {}]);
    h.courier(h.b, {
      handlers: {
        quality_alert: async (_, __, { recordId }) => {
          calls.set(recordId, (calls.get(recordId) ?? 0) + 1);
          if (recordId === bad && (calls.get(bad) ?? 0) < 5) throw new Error("not this time");
        },
      },
    });
    await h.until(async () => expect(await h.b.states()).toEqual({ handled: 4 }));
    const row = await h.b.message(bad);
    expect(row?.lastError).toBeNull();
    expect(row?.attempts).toBeGreaterThan(1);
    expect(await h.b.doubled("message.handle")).toBe(0);
    expect(good).toHaveLength(3);
  });

  test("what another attempt cannot mend is dead at once, with the reason", async () => {
    const { AppError } = await import("@/server/platform");
    const [id = ""] = await arrive([{}]);
    h.courier(h.b, {
      handlers: {
        quality_alert: () => Promise.reject(new AppError("not_found", "There is no such table.")),
      },
    });
    await h.until(async () =>
      expect(await h.b.message(id)).toMatchObject({
        ...{
          deliveryStatus: "dead",
          deadReason: "failed",
          lastError: "not_found: There is no such table.",
        },
      }),
    );
  });

  test("what is past its time is given up on either side", async () => {
    const past = { expiresAt: new Date(Date.now() - 1000) };
    const [late = ""] = await arrive([{}], past);
    const [unsent = ""] = await h.a.send(h.b, [{}]);
    const [unknown = ""] = await h.a.send(h.b, [
      { recipient: { agent_id: "nobody", product_id: "x", domain: "x" } },
    ]);
    await h.a.db.update(agentMessages).set(past);
    h.courier(h.a);
    h.courier(h.b);
    await h.until(async () => {
      expect(await h.b.message(late)).toMatchObject({ deadReason: "expired" });
      expect(await h.a.message(unsent)).toMatchObject({ deadReason: "expired" });
      expect(await h.a.message(unknown)).toMatchObject({ deadReason: "no_route" });
    });
  });

  test("five posts in a row that nobody answers open the circuit, and one closes it again", async () => {
    h.courier(h.a);
    await h.a.send(h.b, Array(6).fill({}));
    await h.until(async () => {
      const [peer] = await h.a.db.select().from(peers);
      expect(peer).toMatchObject({ failures: 5, openUntil: expect.any(Date) });
      expect(peer?.lastError).toContain("fetch failed");
    });
    expect(await h.a.states()).toEqual({ sent: 6 });
    const server = await answering((_, id) => [202, { record_id: id }]);
    h.onEnd(server.close);
    await h.a.meet(h.b, server.url);
    await h.a.db.update(peers).set({ openUntil: new Date(Date.now() - 1000) });
    await h.a.db.update(agentMessages).set({ nextAt: new Date() });
    await h.until(async () => expect(await h.a.states()).toEqual({ delivered: 6 }));
    const [peer] = await h.a.db.select().from(peers);
    expect(peer).toMatchObject({ failures: 0, openUntil: null, lastError: null });
    expect(peer?.lastContactAt).not.toBeNull();
  });

  test.each([
    ["a receipt of it", [202, {}], { deliveryStatus: "delivered", via: "http" }],
    [
      "a refusal",
      [403, { code: "forbidden", details: { reason: "wrong_domain" } }],
      {
        deliveryStatus: "dead",
        deadReason: "refused",
        lastError: expect.stringContaining("wrong_domain"),
      },
    ],
    [
      "words that are no receipt",
      [200, { ok: true, record_id: undefined }],
      { deliveryStatus: "sent" },
    ],
    [
      "a redirect",
      [307, {}],
      { deliveryStatus: "sent", lastError: expect.stringContaining("307") },
    ],
    ["that it is busy", [503, { code: "overloaded" }], { deliveryStatus: "sent" }],
    [
      "that it does not know us yet",
      [401, { code: "unauthenticated", details: { reason: "unknown_key" } }],
      { deliveryStatus: "sent", lastError: expect.stringContaining("unknown_key") },
    ],
  ] as const)("a post that is answered with %s", async (_, [status, body], expected) => {
    const seen: { signature: unknown; text: string }[] = [];
    const server = await answering((request, id) => {
      seen.push(request);
      return [
        status,
        { record_id: id, type: "x", title: "x", status, detail: "x", ...ANSWER, ...body },
      ];
    });
    h.onEnd(server.close);
    await h.a.meet(h.b, server.url);
    h.courier(h.a);
    const [id = ""] = await h.a.send(h.b, [{}]);
    await h.until(async () => {
      const row = await h.a.message(id);
      expect(row).toMatchObject(expected);
      expect(row?.deliveryStatus === "sent" ? row.lastError : "").not.toBeNull();
    });
    const row = await h.a.message(id);
    expect(seen[0]?.text).toBe(row?.envelope);
    const { jwks } = await h.a.card("http://x");
    expect(
      await verifySignature(jwks, {
        text: row?.envelope ?? "",
        signature: String(seen[0]?.signature),
      }),
    ).toEqual({ kid: jwks.keys[0]?.kid });
  });
});

const ANSWER = { code: "internal", instance: "/agent/message", request_id: "req-1" };
