import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { agentDecisions, auditEvents, jobs, operations, suggestions } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import type { Change, ProductSchema, Workload } from "@/server/contracts";
import { createConnectorClient, type DataProduct, startSpawn } from "@/server/data-product";
import { approveSuggestion, getSuggestion } from "@/server/decisions";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { observeProduct } from "@/server/knowledge";
import { AppError, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  cleanUpOperation,
  requestExecution,
  requestRevert,
  runOperation,
  verifyOperation,
} from ".";

let test_: TestDatabase;
let spawn: Awaited<ReturnType<typeof startSpawn>>;
let dataDir: string;
let product: DataProduct;
let schema: ProductSchema;
const signal = new AbortController().signal;
const index: Change = { kind: "add_index", table: "projects", column: "project_name" };

beforeAll(async () => {
  test_ = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "sidecar-execution-"));
  spawn = await startSpawn({
    port: 0,
    rows: 5000,
    dataDir,
    queriesPerSecond: 0,
    verifyToken: async () => {},
  });
  product = createConnectorClient({
    baseUrl: spawn.url,
    productId: "duckdb-spawn",
    getToken: async () => "test",
  });
});
afterAll(async () => {
  await spawn.close();
  await test_.drop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  schema = await observeProduct(system(), { product, baseUrl: spawn.url });
});

const as = (actor: (typeof ACTORS)[keyof typeof ACTORS]) => contextOf(test_.db, actor);
const system = () => systemContext(test_.db, as(ACTORS.reviewer).bus, "executor");
const stateOf = async (id: string) =>
  (await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } })).state;
const run = (operationId: string, through = product) =>
  runOperation(system(), { operationId, product: through, signal });

async function approved(change: Change = index): Promise<string> {
  const { id } = await storeSuggestion(test_.db, {
    state: "pending",
    schemaFingerprint: schema.schema_fingerprint,
    candidates: [candidateOf(change, compilePlan(schema.tables, [change]), ["target"])],
  });
  await approveSuggestion({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id, reason: "" },
  });
  return id;
}

async function hasIndex(): Promise<boolean> {
  const seen = await product.getSchema();
  const table = seen.tables.find(({ name }) => name === "projects");
  return table?.indexes.some(({ columns }) => columns.includes("project_name")) ?? false;
}

/** The real product with one method changed: how a crash or a slow network is staged. */
const withProduct = (changed: Partial<DataProduct>): DataProduct => ({
  productId: product.productId,
  getSchema: (s) => product.getSchema(s),
  getWorkload: (since, s) => product.getWorkload(since, s),
  query: (request, s) => product.query(request, s),
  exportTable: (table, options) => product.exportTable(table, options),
  execute: (request, s) => product.execute(request, s),
  getOperation: (id, s) => product.getOperation(id, s),
  ...changed,
});

test("what is approved runs, is stored with its audit rows, and its revert restores the schema", async () => {
  const id = await approved();
  const operation = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  await run(operation.operation_id);
  expect(await hasIndex()).toBe(true);
  expect(await stateOf(id)).toBe("executed");
  const [decision] = await test_.db
    .select({ executed: agentDecisions.executed })
    .from(agentDecisions)
    .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
    .where(eq(suggestions.id, id));
  expect(decision?.executed).toBe(true);
  const audit = await test_.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, operation.operation_id));
  expect(audit.map((row) => row.action)).toEqual(["operation.start", "operation.complete"]);

  const revert = await requestRevert({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } });
  await expect(
    requestRevert({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } }),
  ).rejects.toMatchObject({ code: "conflict" });
  await run(revert.operation_id);
  expect(await stateOf(id)).toBe("reverted");
  expect(await hasIndex()).toBe(false);
  expect((await product.getSchema()).schema_fingerprint).toBe(schema.schema_fingerprint);
});

test("a revert that succeeds leaves nothing of one that failed before it", async () => {
  const id = await approved();
  const ctx = as(ACTORS.reviewer);
  const { operation_id } = await requestExecution({ ctx, input: { suggestion_id: id } });
  await run(operation_id);
  const refusing = withProduct({
    execute: async () => {
      throw new AppError("product_refused", "not now");
    },
  });
  const first = await requestRevert({ ctx, input: { suggestion_id: id } });
  await run(first.operation_id, refusing);
  const read = () => getSuggestion({ ctx, input: { suggestion_id: id } });
  expect(await read()).toMatchObject({
    state: "executed",
    error: { message: "The revert failed: not now" },
  });
  const second = await requestRevert({ ctx, input: { suggestion_id: id } });
  await run(second.operation_id);
  expect(await read()).toMatchObject({ state: "reverted", error: null });
  expect(await hasIndex()).toBe(false);
});

test("what is not approved, or is only an estimate, does not run", async () => {
  const pending = await storeSuggestion(test_.db, { state: "pending" });
  const estimate = await storeSuggestion(test_.db, { state: "approved", productId: null });
  const ctx = as(ACTORS.reviewer);
  await expect(
    requestExecution({ ctx, input: { suggestion_id: pending.id } }),
  ).rejects.toMatchObject({ code: "not_approved" });
  await expect(
    requestExecution({ ctx, input: { suggestion_id: estimate.id } }),
  ).rejects.toMatchObject({ code: "not_executable" });
  await expect(
    requestExecution({ ctx: as(ACTORS.viewer), input: { suggestion_id: pending.id } }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

const rewrite: Change = {
  kind: "rewrite_query",
  table: "projects",
  rule: "prune_star",
  rewrites: [{ fingerprint: "advised", sql: "SELECT status FROM projects" }],
};
const noPlan = {
  statements: [],
  revert_statements: [],
  cleanup_statements: [],
  is_reversible: true,
};
const advice = candidateOf(rewrite, noPlan, ["advised"]);

test("approved advice alone is refused with the reason, and stays approved", async () => {
  const { id } = await storeSuggestion(test_.db, {
    state: "approved",
    schemaFingerprint: schema.schema_fingerprint,
    candidates: [advice],
  });
  await expect(
    requestExecution({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } }),
  ).rejects.toMatchObject({
    code: "not_executable",
    message: expect.stringContaining("developers"),
  });
  expect(await stateOf(id)).toBe("approved");
  expect(await test_.db.$count(operations, eq(operations.suggestionId, id))).toBe(0);
});

test("of a mixed approval only what can be executed runs, and is all that it promises", async () => {
  const { id, itemIds } = await storeSuggestion(test_.db, {
    state: "approved",
    schemaFingerprint: schema.schema_fingerprint,
    candidates: [advice, candidateOf(index, compilePlan(schema.tables, [index]), ["target"])],
  });
  const { operation_id, item_ids, plan } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  expect(item_ids).toEqual([itemIds[1]]);
  expect(plan).toEqual(compilePlan(schema.tables, [index]));
  const live = (latency: number) =>
    withProduct({
      getWorkload: async (since) => {
        const workload = workloadOf(since, latency);
        const unchanged = workloadOf(since, 20).patterns;
        const advised = unchanged.map((one) => ({ ...one, fingerprint: "advised" }));
        return { ...workload, patterns: [...workload.patterns, ...advised] };
      },
    });
  await run(operation_id, live(40));
  await verifyOperation(system(), { operationId: operation_id, product: live(4), signal });
  const after = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(after.state).toBe("verified");
  const judged = after.operations[0]?.verification?.queries.map((query) => [
    query.fingerprint,
    query.is_targeted,
  ]);
  expect(judged).toEqual([
    ["target", true],
    ["advised", false],
  ]);
  await settle(id);
});

test("two simultaneous requests make one operation", async () => {
  const id = await approved();
  const settled = await Promise.allSettled(
    [1, 2, 3].map(() =>
      requestExecution({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } }),
    ),
  );
  expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(await test_.db.$count(operations, eq(operations.suggestionId, id))).toBe(1);
  await settle(id);
});

test("a worker that dies after the product ran it does not run it again", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  let sent = 0;
  const dying = withProduct({
    execute: async (request, s) => {
      sent += 1;
      await product.execute(request, s);
      throw new Error("the process died here");
    },
  });
  await expect(run(operation_id, dying)).rejects.toThrow("died here");
  expect(await stateOf(id)).toBe("executing");
  await run(operation_id, dying);
  expect(sent).toBe(1);
  expect(await stateOf(id)).toBe("executed");
  await settle(id);
});

test("a schema that is not the proved one stops the execution before anything runs", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  await test_.db
    .update(operations)
    .set({ schemaFingerprint: "another" })
    .where(eq(operations.id, operation_id));
  await run(operation_id);
  const failed = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(failed).toMatchObject({ state: "failed", error: { code: "schema_changed" } });
  expect(await hasIndex()).toBe(false);
});

test("an operation on another data product fails before anything runs here", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  await run(operation_id, withProduct({ productId: "another" }));
  expect(await hasIndex()).toBe(false);
  const failed = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(failed).toMatchObject({
    state: "failed",
    error: { code: "not_executable", message: expect.stringContaining("duckdb-spawn") },
    operations: [{ state: "failed" }],
  });
});

test("one that runs on another data product is neither concluded, watched nor cleaned up here", async () => {
  const id = await approved();
  const { operation_id: operationId } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  const another = withProduct({ productId: "another" });
  const isElsewhere = { code: "not_executable" };
  const unanswered = withProduct({
    execute: async () => {
      throw new AppError("product_unreachable", "gone");
    },
  });
  await expect(run(operationId, unanswered)).rejects.toMatchObject({ code: "product_unreachable" });
  await expect(run(operationId, another)).rejects.toMatchObject(isElsewhere);
  expect(await stateOf(id)).toBe("executing");
  await run(operationId);
  const input = { operationId, product: another, signal };
  await expect(verifyOperation(system(), input)).rejects.toMatchObject(isElsewhere);
  await expect(cleanUpOperation(system(), input)).rejects.toMatchObject(isElsewhere);
  const [row] = await test_.db.select().from(operations).where(eq(operations.id, operationId));
  expect(row).toMatchObject({ verification: null, plan: { is_reversible: true } });
  await settle(id);
});

test("a statement the product refuses leaves schema and data as they were", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  const [row] = await test_.db.select().from(operations).where(eq(operations.id, operation_id));
  const broken = [...(row?.plan.statements ?? []), "SELECT error('stop');"];
  await test_.db
    .update(operations)
    .set({
      plan: {
        statements: broken,
        revert_statements: [],
        cleanup_statements: [],
        is_reversible: false,
      },
    })
    .where(eq(operations.id, operation_id));
  await run(operation_id);
  expect(await stateOf(id)).toBe("failed");
  expect(await hasIndex()).toBe(false);
});

test("a measured live regression reverts by itself and says so", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  const live = (latency: number) =>
    withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await run(operation_id, live(10));
  await verifyOperation(system(), { operationId: operation_id, product: live(40), signal });
  const [revert] = await test_.db
    .select()
    .from(operations)
    .where(and(eq(operations.suggestionId, id), eq(operations.kind, "revert")));
  expect(revert).toMatchObject({ isAutomatic: true, state: "queued" });
  await run(revert?.id ?? "");
  const after = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(after.state).toBe("reverted");
  const executed = after.operations.find((operation) => operation.kind === "execute");
  expect(executed?.verification).toMatchObject({ state: "regressed" });
  expect(executed?.verification?.summary).toMatch(/slower/);
  expect(await hasIndex()).toBe(false);
});

test("a confirmed gain ends as verified, with actual beside expected", async () => {
  const id = await approved();
  const { operation_id } = await requestExecution({
    ctx: as(ACTORS.reviewer),
    input: { suggestion_id: id },
  });
  const live = (latency: number) =>
    withProduct({ getWorkload: async (since) => workloadOf(since, latency) });
  await run(operation_id, live(40));
  await verifyOperation(system(), { operationId: operation_id, product: live(4), signal });
  const after = await getSuggestion({ ctx: as(ACTORS.viewer), input: { suggestion_id: id } });
  expect(after.state).toBe("verified");
  expect(after.operations[0]?.verification?.queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  await settle(id);
});

/** Live latencies around a centre, for one targeted shape. */
function workloadOf(since: Date, centreMs: number): Workload {
  const now = new Date().toISOString();
  return {
    product_id: "duckdb-spawn",
    since: since.toISOString(),
    until: now,
    dropped_calls: 0,
    patterns: [
      {
        fingerprint: "target",
        sql: "SELECT target",
        kind: "select",
        is_parsed: true,
        calls: 30,
        mean_ms: centreMs,
        median_ms: centreMs,
        p95_ms: centreMs,
        first_seen: now,
        last_seen: now,
        latencies_ms: Array.from({ length: 30 }, (_, i) => centreMs * (0.95 + (i % 10) / 100)),
      },
    ],
  };
}

/** Leaves the product as it was found: the tests share one. */
async function settle(id: string): Promise<void> {
  const [open] = await test_.db
    .select()
    .from(operations)
    .where(and(eq(operations.suggestionId, id), eq(operations.state, "queued")));
  if (open) await run(open.id);
  const revert = await requestRevert({ ctx: as(ACTORS.reviewer), input: { suggestion_id: id } });
  await run(revert.operation_id);
  expect(await hasIndex()).toBe(false);
  await test_.db.delete(jobs);
}
