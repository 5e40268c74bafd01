import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, dataProducts, notifications, operations } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import {
  describeProductFault,
  type MaterializeSummaryChange,
  type RegressionPolicy,
} from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { listSuggestions } from "@/server/decisions";
import { keepExecution, reapplyExecution, requestRevert } from ".";
import { measureStaleness } from "./measure-staleness";
import { workloadOf } from "./testing/live-workload";
import { Rig, signal } from "./testing/rig";

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
  expect(executed?.verification?.summary).toMatch(/300% .* more time/);
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
  expect(told).toEqual([
    {
      details: {
        summary: expect.stringMatching(/300% .* more time/),
        reason: "The changes are being rolled back automatically.",
      },
    },
  ]);
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
  const verification = after.operations[0]?.verification;
  expect(verification?.queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  expect(verification).toMatchObject({
    workload: { actual: { value: expect.closeTo(0.9, 1) }, calls: 30, compared_share: 1 },
    limits: { query: { calls_min: 30 } },
    policy_version: null,
  });
  const [line] = after.card?.lines.filter(({ key }) => key === "live_workload") ?? [];
  expect(line?.text).toMatch(/^Confirmed: 90% .* less time in the whole workload/);
  const { items } = await listSuggestions({ ctx: rig.reviewer, input: { limit: 50 } });
  expect(items.find(({ suggestion_id }) => suggestion_id === id)?.outcome).toBe("confirmed");
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

/** Executed, and regressed by the policy's limits with this rollback. */
async function regress(change: Partial<RegressionPolicy>): Promise<string> {
  await rig.setRegressionPolicy(change);
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(10));
  await rig.verify(operationId, live(40));
  return id;
}

const keep = (id: string, ctx = rig.reviewer) =>
  keepExecution({ ctx, input: { suggestion_id: id, reason: "The dashboard needs it." } });
const rollbacksOf = (id: string) =>
  rig.db
    .select()
    .from(operations)
    .where(and(eq(operations.suggestionId, id), eq(operations.kind, "revert")));

test("a policy that leaves regressions to people rolls nothing back; whoever keeps one says why, once", async () => {
  const id = await regress({ roll_back_after_minutes: null });
  expect(await rollbacksOf(id)).toEqual([]);
  expect((await rig.read(id)).note).toMatch(/leaves it to people/);
  await expect(keep(id, rig.viewer)).rejects.toMatchObject({ code: "forbidden" });
  const races = await Promise.allSettled([keep(id), keep(id)]);
  expect(races.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const kept = await rig.read(id);
  expect(kept.state).toBe("executed");
  expect(kept.note).toMatch(/keeps it: The dashboard needs it\./);
  const [row, ...others] = await rig.db
    .select({ after: auditEvents.after })
    .from(auditEvents)
    .where(and(eq(auditEvents.subjectId, id), eq(auditEvents.action, "operation.keep")));
  expect(row?.after).toMatchObject({ reason: "The dashboard needs it." });
  expect(others).toEqual([]);
  expect(await eventsOf(id)).toContain("regression_kept");
  await rig.settle(id);
});

const eventsOf = async (id: string) => {
  const rows = await rig.db
    .select({ event: notifications.event })
    .from(notifications)
    .where(eq(notifications.suggestionId, id));
  return rows.map(({ event }) => event);
};

test("an automatic rollback that is put off is taken back by whoever keeps the change, or taken over", async () => {
  const id = await regress({ roll_back_after_minutes: 60 });
  const [waiting] = await rollbacksOf(id);
  expect(waiting).toMatchObject({ state: "queued", isAutomatic: true });
  expect(waiting?.progress.message).toMatch(/Rolled back automatically at .* unless/);
  await keep(id);
  expect(await rollbacksOf(id)).toMatchObject([{ state: "failed" }]);
  const { note, operations: known } = await rig.read(id);
  expect(note).not.toMatch(/failed/i);
  // The same verdict again begins no rollback of what is kept.
  const executed = known.find(({ kind }) => kind === "execute");
  await rig.verify(executed?.operation_id ?? "", rig.product);
  expect((await rollbacksOf(id)).length).toBe(1);
  await rig.settle(id);

  const other = await regress({ roll_back_after_minutes: 60 });
  const input = { suggestion_id: other, reason: "Not worth waiting." };
  const taken = await requestRevert({ ctx: rig.reviewer, input });
  expect(taken).toMatchObject({ is_automatic: false, state: "queued" });
  await expect(keep(other)).rejects.toMatchObject({ code: "conflict" });
  await rig.run(taken.operation_id);
  expect(await rig.stateOf(other)).toBe("reverted");
});

test("what was rolled back is executed again and rolled back again, by the same checks as at first", async () => {
  const id = await regress({ roll_back_after_minutes: 0 });
  await expect(keep(id, rig.viewer)).rejects.toMatchObject({ code: "forbidden" });
  const [first] = await rollbacksOf(id);
  await rig.run(first?.id ?? "");
  expect(await rig.stateOf(id)).toBe("reverted");
  const again = (ctx = rig.reviewer) =>
    reapplyExecution({ ctx, input: { suggestion_id: id, reason: "The load test is over." } });
  await expect(again(rig.viewer)).rejects.toMatchObject({ code: "forbidden" });
  // On another schema than was tested it says why not, and everything stays as it was.
  const [product] = await rig.db.select().from(dataProducts);
  const schema = { ...(product?.schema as object), schema_fingerprint: "another" };
  await rig.db.update(dataProducts).set({ schema });
  await expect(again()).rejects.toMatchObject({ code: "schema_changed" });
  expect(await rig.stateOf(id)).toBe("reverted");
  expect((await rollbacksOf(id)).map(({ state }) => state)).toEqual(["executed"]);
  await rig.observe();
  const races = await Promise.allSettled([again(), again()]);
  expect(races.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await rig.stateOf(id)).toBe("executing");
  const [queued] = (await rig.read(id)).operations;
  await rig.run(
    queued?.operation_id ?? "",
    rig.withProduct({ getWorkload: async (at) => workloadOf(at, 40) }),
  );
  expect(await rig.hasIndex()).toBe(true);
  expect(await eventsOf(id)).toContain("reapplied");
  await rig.settle(id);
  expect(await rig.stateOf(id)).toBe("reverted");
  expect((await rollbacksOf(id)).map(({ state }) => state).sort()).toEqual([
    "executed",
    "reverted",
  ]);
});

test("a long watch comes back later, with the calls that it has seen before a restart of the product", async () => {
  await rig.setRegressionPolicy({});
  const { id, operationId } = await rig.queue();
  const live = (latency: number) =>
    rig.withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await rig.run(operationId, live(40));
  const hour = () => 3_600_000;
  const settings = { VERIFY_SECONDS_MIN: 7200, VERIFY_SECONDS_MAX: 36_000 };
  const held = await rig.verify(operationId, live(4), hour, settings);
  expect(held?.delayMs).toBeGreaterThan(60_000);
  const [so] = (await rig.read(id)).operations;
  expect(so?.verification).toMatchObject({
    state: "verifying",
    workload: { actual: { value: expect.closeTo(0.9, 1) }, minutes: expect.closeTo(60, 0) },
  });
  const restarted = rig.withProduct({
    getWorkload: async (since) => ({ ...workloadOf(since, 4), patterns: [] }),
  });
  expect(await rig.verify(operationId, restarted, () => 7_300_000, settings)).toBeNull();
  expect(await rig.stateOf(id)).toBe("verified");
  await rig.settle(id);
});

test("a summary table is compared with its source on the product itself, and what cannot be is said not to be", async () => {
  const change: MaterializeSummaryChange = {
    ...{ kind: "materialize_summary", table: "projects", name: "summary_projects_status" },
    keys: [{ name: "status", column: "status", unit: null }],
    measures: [{ name: "row_count", aggregate: "count", column: null }],
    rewrites: [{ fingerprint: "target", sql: "SELECT 1" }],
  };
  const { tables } = await rig.product.getSchema();
  const { statements, revert_statements } = compilePlan(tables, [change]);
  await rig.product.execute({ operation_id: "op-summary000001", statements });
  const stale = (product: DataProduct, summary = change) =>
    measureStaleness({ ctx: rig.system, input: { product, signal, summaries: [summary] } });
  const [measured] = await stale(rig.product);
  expect(measured).toMatchObject({ summary: change.name, table: "projects", stale_groups: 0 });
  expect(measured?.groups).toBeGreaterThan(1);
  const gone = { ...change, name: "summary_gone" };
  expect(await stale(rig.product, gone)).toMatchObject([{ stale_groups: null }]);
  await rig.product.execute({ operation_id: "op-summary000002", statements: revert_statements });
});
