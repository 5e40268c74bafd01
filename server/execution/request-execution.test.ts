import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import type { Change } from "@/server/contracts";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { requestExecution } from "./request-execution";
import { workloadOf } from "./testing/live-workload";
import { INDEX, Rig } from "./testing/rig";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());

test("what is not approved, or is only an estimate, does not run", async () => {
  const pending = await storeSuggestion(rig.db, { state: "pending" });
  const estimate = await storeSuggestion(rig.db, { state: "approved", productId: null });
  await expect(rig.request(pending.id)).rejects.toMatchObject({ code: "not_approved" });
  await expect(rig.request(estimate.id)).rejects.toMatchObject({ code: "not_executable" });
  await expect(
    requestExecution({
      ctx: contextOf(rig.db, ACTORS.viewer),
      input: { suggestion_id: pending.id },
    }),
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
  const { schema_fingerprint: schemaFingerprint } = await rig.observe();
  const { id } = await storeSuggestion(rig.db, {
    state: "approved",
    schemaFingerprint,
    candidates: [advice],
  });
  await expect(rig.request(id)).rejects.toMatchObject({
    code: "not_executable",
    message: expect.stringContaining("developers"),
  });
  expect(await rig.stateOf(id)).toBe("approved");
  expect(await rig.db.$count(operations, eq(operations.suggestionId, id))).toBe(0);
});

test("of a mixed approval only what can be executed runs, and is all that it promises", async () => {
  const { tables, schema_fingerprint: schemaFingerprint } = await rig.observe();
  const { id, itemIds } = await storeSuggestion(rig.db, {
    state: "approved",
    schemaFingerprint,
    candidates: [advice, candidateOf(INDEX, compilePlan(tables, [INDEX]), ["target"])],
  });
  const { operation_id, item_ids, plan } = await rig.request(id);
  expect(item_ids).toEqual([itemIds[1]]);
  expect(plan).toEqual(compilePlan(tables, [INDEX]));
  const live = (latency: number) =>
    rig.withProduct({
      getWorkload: async (since) => {
        const workload = workloadOf(since, latency);
        const unchanged = workloadOf(since, 20).patterns;
        const advised = unchanged.map((one) => ({ ...one, fingerprint: "advised" }));
        return { ...workload, patterns: [...workload.patterns, ...advised] };
      },
    });
  await rig.run(operation_id, live(40));
  await rig.verify(operation_id, live(4));
  const after = await rig.read(id);
  expect(after.state).toBe("verified");
  const judged = after.operations[0]?.verification?.queries.map((query) => [
    query.fingerprint,
    query.is_targeted,
  ]);
  expect(judged).toEqual([
    ["target", true],
    ["advised", false],
  ]);
  await rig.settle(id);
});

test("two simultaneous requests make one operation", async () => {
  const id = await rig.approve();
  const settled = await Promise.allSettled([1, 2, 3].map(() => rig.request(id)));
  expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(await rig.db.$count(operations, eq(operations.suggestionId, id))).toBe(1);
  await rig.settle(id);
});
