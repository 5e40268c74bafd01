import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import { AppError } from "@/server/platform";
import { giveUpOperation, isProductBusy } from ".";
import { workloadOf } from "./testing/live-workload";
import { Rig } from "./testing/rig";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

const ERROR = new AppError("internal", "An unexpected error occurred.");
const isBusy = () =>
  isProductBusy({ ctx: rig.system, input: { productId: rig.product.productId } });
const giveUp = (operationId: string) =>
  giveUpOperation({ ctx: rig.system, input: { operationId, error: ERROR } });

test("a verification given up ends as inconclusive with the reason, and proofs go on", async () => {
  const { id, operationId } = await rig.queue();
  const live = rig.withProduct({ getWorkload: async (since) => workloadOf(since, 10) });
  await rig.run(operationId, live);
  const broken = rig.withProduct({ getWorkload: () => Promise.reject(new Error("broken")) });
  await expect(rig.verify(operationId, broken)).rejects.toThrow("broken");
  expect(await isBusy()).toBe(true);
  await giveUp(operationId);
  expect(await isBusy()).toBe(false);
  const { state, operations: shown } = await rig.read(id);
  expect(state).toBe("executed");
  expect(shown[0]?.verification).toMatchObject({
    state: "inconclusive",
    summary: expect.stringContaining("An unexpected error occurred."),
  });
  // A crash between giving up and noting it gives up again.
  await giveUp(operationId);
  await rig.settle(id);
});

test("an execution given up while its outcome is unknown fails, says so, and frees the product", async () => {
  const { id, operationId } = await rig.queue();
  const unreachable = new AppError("product_unreachable", "It does not answer.");
  const silent = rig.withProduct({
    getOperation: () => Promise.reject(unreachable),
    execute: () => Promise.reject(unreachable),
  });
  await expect(rig.run(operationId, silent)).rejects.toMatchObject(unreachable);
  expect(await isBusy()).toBe(true);
  await giveUp(operationId);
  expect(await isBusy()).toBe(false);
  const after = await rig.read(id);
  expect(after.state).toBe("failed");
  expect(after.operations[0]?.error?.message).toContain("outcome is not known");
  expect(after.operations[0]?.progress.message).not.toContain("nothing was changed");
});

test("an operation of another product, and a verification long over, keep nobody waiting", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId, rig.withProduct({ getWorkload: async (s) => workloadOf(s, 10) }));
  expect(await isBusy()).toBe(true);
  expect(await isProductBusy({ ctx: rig.system, input: { productId: "theirs" } })).toBe(false);
  const finishedAt = new Date(Date.now() - 3_600_000);
  await rig.db.update(operations).set({ finishedAt }).where(eq(operations.id, operationId));
  expect(await isBusy()).toBe(false);
  await rig.settle(id);
});
