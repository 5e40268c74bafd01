import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import { workloadOf } from "./testing/live-workload";
import { Rig, signal } from "./testing/rig";
import { verifyOperation } from "./verify-operation";

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
  await verifyOperation(rig.system, { operationId, product: live(40), signal });
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

test("a confirmed gain ends as verified, with actual beside expected", async () => {
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(40));
  await verifyOperation(rig.system, { operationId, product: live(4), signal });
  const after = await rig.read(id);
  expect(after.state).toBe("verified");
  expect(after.operations[0]?.verification?.queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  await rig.settle(id);
});
