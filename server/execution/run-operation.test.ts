import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  agentDecisions,
  auditEvents,
  notifications,
  operations,
  suggestions,
} from "@/drizzle/schema";
import { AppError } from "@/server/platform";
import { cleanUpOperation } from "./clean-up-operation";
import { requestRevert } from "./request-revert";
import { Rig, signal } from "./testing/rig";
import { verifyOperation } from "./verify-operation";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

test("what is approved runs, is stored with its audit rows, and its revert restores the schema", async () => {
  const { id, operationId } = await rig.queue();
  const { schema_fingerprint: before } = await rig.product.getSchema();
  await rig.run(operationId);
  expect(await rig.hasIndex()).toBe(true);
  expect(await rig.stateOf(id)).toBe("executed");
  const [decision] = await rig.db
    .select({ executed: agentDecisions.executed })
    .from(agentDecisions)
    .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
    .where(eq(suggestions.id, id));
  expect(decision?.executed).toBe(true);
  const audit = await rig.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, operationId));
  expect(audit.map((row) => row.action)).toEqual(["operation.start", "operation.complete"]);

  const revert = await rig.requestRevert(id);
  await expect(rig.requestRevert(id)).rejects.toMatchObject({ code: "conflict" });
  await rig.run(revert.operation_id);
  expect(await rig.stateOf(id)).toBe("reverted");
  expect(await rig.hasIndex()).toBe(false);
  expect(await rig.product.getSchema()).toMatchObject({ schema_fingerprint: before });
});

test("a revert that succeeds leaves nothing of one that failed before it", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId);
  const refusing = rig.withProduct({
    execute: async () => {
      throw new AppError("product_refused", "not now");
    },
  });
  const first = await rig.requestRevert(id);
  await rig.run(first.operation_id, refusing);
  expect(await rig.read(id)).toMatchObject({
    state: "executed",
    error: { message: "The revert failed: not now" },
  });
  const told = await rig.db
    .select({ details: notifications.details })
    .from(notifications)
    .where(and(eq(notifications.suggestionId, id), eq(notifications.event, "rollback_failed")));
  expect(told).toEqual([{ details: { error: "not now" } }]);
  const second = await rig.requestRevert(id);
  await rig.run(second.operation_id);
  expect(await rig.read(id)).toMatchObject({ state: "reverted", error: null });
  expect(await rig.hasIndex()).toBe(false);
});

test("a worker that dies after the product ran it does not run it again", async () => {
  const { id, operationId } = await rig.queue();
  let sent = 0;
  const dying = rig.withProduct({
    execute: async (request, s) => {
      sent += 1;
      await rig.product.execute(request, s);
      throw new Error("the process died here");
    },
  });
  await expect(rig.run(operationId, dying)).rejects.toThrow("died here");
  expect(await rig.stateOf(id)).toBe("executing");
  await rig.run(operationId, dying);
  expect(sent).toBe(1);
  expect(await rig.stateOf(id)).toBe("executed");
  await rig.settle(id);
});

test("a schema that is not the proved one stops the execution before anything runs", async () => {
  const { id, operationId } = await rig.queue();
  await rig.db
    .update(operations)
    .set({ schemaFingerprint: "another" })
    .where(eq(operations.id, operationId));
  await rig.run(operationId);
  const failed = await rig.read(id);
  expect(failed).toMatchObject({ state: "failed", error: { code: "schema_changed" } });
  expect(await rig.hasIndex()).toBe(false);
});

test("an operation on another data product fails before anything runs here", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId, rig.withProduct({ productId: "another" }));
  expect(await rig.hasIndex()).toBe(false);
  const failed = await rig.read(id);
  expect(failed).toMatchObject({
    state: "failed",
    error: { code: "not_executable", message: expect.stringContaining("duckdb-spawn") },
    operations: [{ state: "failed" }],
  });
});

test("one that runs on another data product is neither concluded, watched nor cleaned up here", async () => {
  const { id, operationId } = await rig.queue();
  const another = rig.withProduct({ productId: "another" });
  const isElsewhere = { code: "not_executable" };
  const unanswered = rig.withProduct({
    execute: async () => {
      throw new AppError("product_unreachable", "gone");
    },
  });
  await expect(rig.run(operationId, unanswered)).rejects.toMatchObject({
    code: "product_unreachable",
  });
  await expect(rig.run(operationId, another)).rejects.toMatchObject(isElsewhere);
  expect(await rig.stateOf(id)).toBe("executing");
  await rig.run(operationId);
  const input = { operationId, product: another, signal };
  await expect(verifyOperation({ ctx: rig.system, input })).rejects.toMatchObject(isElsewhere);
  await expect(cleanUpOperation({ ctx: rig.system, input })).rejects.toMatchObject(isElsewhere);
  const [row] = await rig.db.select().from(operations).where(eq(operations.id, operationId));
  expect(row).toMatchObject({ verification: null, plan: { is_reversible: true } });
  await rig.settle(id);
});

test("undo data stay while a rollback waits, and the rollback then succeeds", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId);
  const rollback = await requestRevert({ ctx: rig.system, input: { suggestion_id: id } });
  await cleanUpOperation({ ctx: rig.system, input: { operationId, product: rig.product, signal } });
  const [row] = await rig.db.select().from(operations).where(eq(operations.id, operationId));
  expect(row?.plan.is_reversible).toBe(true);
  await rig.run(rollback.operation_id);
  expect(await rig.stateOf(id)).toBe("reverted");
  expect(await rig.hasIndex()).toBe(false);
});

test("a statement the product refuses leaves schema and data as they were", async () => {
  const { id, operationId } = await rig.queue();
  const [row] = await rig.db.select().from(operations).where(eq(operations.id, operationId));
  const broken = [...(row?.plan.statements ?? []), "SELECT error('stop');"];
  await rig.db
    .update(operations)
    .set({
      plan: {
        statements: broken,
        revert_statements: [],
        cleanup_statements: [],
        is_reversible: false,
      },
    })
    .where(eq(operations.id, operationId));
  await rig.run(operationId);
  expect(await rig.stateOf(id)).toBe("failed");
  expect(await rig.hasIndex()).toBe(false);
});
