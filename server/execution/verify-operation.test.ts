import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, notifications, operations } from "@/drizzle/schema";
import { describeProductFault } from "@/server/contracts";
import { workloadOf } from "./testing/live-workload";
import { Rig } from "./testing/rig";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

test("a measured live regression reverts by itself and says so", async () => {
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(10));
  await rig.verify(operationId, live(40));
  const [revert] = await rig.db
    .select()
    .from(operations)
    .where(and(eq(operations.suggestionId, id), eq(operations.kind, "revert")));
  expect(revert).toMatchObject({ isAutomatic: true, state: "queued" });
  await rig.run(revert?.id ?? "");
  const after = await rig.read(id);
  expect(after.state).toBe("reverted");
  const executed = after.operations.find((operation) => operation.kind === "execute");
  expect(executed?.verification).toMatchObject({ state: "regressed" });
  expect(executed?.verification?.summary).toMatch(/slower/);
  expect(await rig.hasIndex()).toBe(false);
});

test("a verdict delivered again is audited once, and its rollback is still asked for after a crash", async () => {
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(10));
  await rig.verify(operationId, live(40));
  const rollbacks = and(eq(operations.suggestionId, id), eq(operations.kind, "revert"));
  const removed = await rig.db.delete(operations).where(rollbacks).returning();
  // As after a crash between the verdict and the request for its rollback.
  await rig.verify(operationId, live(40));
  await rig.verify(operationId, live(40));
  const judged = await rig.db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(and(eq(auditEvents.subjectId, id), eq(auditEvents.action, "operation.judge")));
  const [rollback, ...others] = await rig.db.select().from(operations).where(rollbacks);
  expect([removed.length, judged.length, others.length]).toEqual([1, 1, 0]);
  const told = await rig.db
    .select({ details: notifications.details })
    .from(notifications)
    .where(and(eq(notifications.suggestionId, id), eq(notifications.event, "regressed")));
  expect(told).toEqual([{ details: { summary: expect.stringMatching(/slower/) } }]);
  await rig.run(rollback?.id ?? "");
  expect(await rig.stateOf(id)).toBe("reverted");
});

test("a confirmed gain ends as verified, with actual beside expected", async () => {
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(40));
  await rig.verify(operationId, live(4));
  const after = await rig.read(id);
  expect(after.state).toBe("verified");
  expect(after.operations[0]?.verification?.queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  await rig.settle(id);
});

test("rows left out of the last answer take no calls away that were seen before", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId, rig.withProduct({ getWorkload: async (at) => workloadOf(at, 40) }));
  let looks = 0;
  const fault = describeProductFault(
    { address: "http://product", route: "GET /connector/workload" },
    { code: "rows_left_out", what: "1 of 1 rows are left out" },
  );
  const faulty = rig.withProduct({
    getWorkload: async (since) => {
      looks += 1;
      const { patterns, ...rest } = workloadOf(since, 4);
      if (looks === 1) return { ...rest, patterns };
      return { ...rest, patterns: [], left_out: { fault, calls: 30 } };
    },
  });
  // The first look is too early for a verdict, at the second the time is over.
  await rig.verify(operationId, faulty, () => (looks === 1 ? 1000 : 600_000));
  const [operation] = (await rig.read(id)).operations;
  expect(operation?.verification?.queries[0]).toMatchObject({
    ...{ status: "faster", after: { calls: 30 } },
  });
  expect(looks).toBe(2);
  await rig.settle(id);
});
