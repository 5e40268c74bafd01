import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  agentDecisions,
  auditEvents,
  dataProducts,
  notifications,
  policies,
  suggestions,
  users,
} from "@/drizzle/schema";
import { type Actor, Policy, type Role } from "@/server/contracts";
import { systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { engageStop, liftStop, permitExecution, setPolicy } from "@/server/policy";
import {
  approveSuggestion,
  approveWithinLimits,
  expireSuggestions,
  getApproval,
  getSuggestion,
  remindApprovers,
  reopenSuggestion,
} from ".";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { contextOf, indexOn, storeOperation, storeSuggestion } from "./testing/fixtures";

let store: TestDatabase;
beforeAll(async () => {
  store = await createTestDatabase();
});
afterAll(() => store.drop());
beforeEach(async () => {
  await store.db.delete(policies);
  await store.db.delete(users);
});

const person = (name: string, ...roles: Role[]): Actor => ({
  ...{ kind: "user", id: `id-${name}`, label: `${name}@test`, roles },
});
const reviewer = person("rita", "reviewer");
const second = person("rob", "reviewer");
const operator = person("olga", "operator");
const admin = person("ada", "admin");
const as = (actor: Actor) => contextOf(store.db, actor);
const approve = (id: string, actor: Actor, more: object = {}) =>
  approveSuggestion({ ctx: as(actor), input: { suggestion_id: id, reason: "", ...more } });
const statusOf = (id: string, actor: Actor = reviewer) =>
  getApproval({ ctx: as(actor), input: { suggestion_id: id } });
const stateOf = async (id: string) =>
  (await getSuggestion({ ctx: as(reviewer), input: { suggestion_id: id } })).state;

const risky = () => {
  const candidate = indexOn("status");
  return { ...candidate, risk: { ...candidate.risk, level: "high" as const } };
};
const pending = (candidates = [indexOn("status"), indexOn("name")], more: object = {}) =>
  storeSuggestion(store.db, { state: "pending", candidates, ...more });

const holds = (rules: object[], auto: object = { mode: "off" }) =>
  setPolicy({
    ctx: as(admin),
    input: {
      policy: Policy.parse({
        base: { approvals: [{ role: "reviewer", count: 1 }] },
        ...{ rules, auto_approval: auto },
      }),
      ...{ comment: "test", expected_version: null },
    },
  });
const everything = (demand: object) => ({ name: "all", when: {}, ...demand });
const withOperator = everything({ approvals: [{ role: "operator", count: 1 }] });

async function people(...actors: Actor[]): Promise<void> {
  for (const { label, roles } of actors) {
    await store.db.insert(users).values({ email: label, name: label, passwordHash: "-", roles });
  }
}
const auditOf = async (id: string) =>
  (await store.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id))).map(
    ({ action }) => action,
  );

describe("a chain of two roles", () => {
  test("stays pending and visible until its last approval", async () => {
    await holds([withOperator]);
    const { id } = await pending();
    const first = await approve(id, reviewer, { reason: "measured well" });
    expect(first).toMatchObject({ state: "pending", reviews: [{ reviewer: "rita@test" }] });
    expect(first.suggestions.map((item) => item.is_approved)).toEqual([null, null]);
    const status = await statusOf(id, operator);
    expect(status.evaluation.summary).toBe("1 of 2 approvals; an operator is still needed.");
    expect(status.evaluation.chain.approvals).toMatchObject([
      { by: "rita@test", role: "reviewer", comment: "measured well" },
    ]);
    expect(status.you).toEqual({ can_approve: true, why_not: null });
    expect((await statusOf(id, reviewer)).you.can_approve).toBe(false);
    expect((await approve(id, operator)).state).toBe("approved");
    expect(await auditOf(id)).toEqual(["suggestion.approve_in_part", "suggestion.approve"]);
  });

  test("counts one person once, and refuses who would not count", async () => {
    await holds([withOperator]);
    const { id } = await pending();
    await approve(id, reviewer);
    await expect(approve(id, reviewer)).rejects.toMatchObject({ code: "conflict" });
    await expect(approve(id, second)).rejects.toMatchObject({ code: "forbidden" });
    await expect(approve(id, person("vera", "viewer"))).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(await stateOf(id)).toBe("pending");
    expect((await statusOf(id)).evaluation.chain.given).toBe(1);
  });

  test("counts approvals of the same changes at the same revision alone", async () => {
    await holds([withOperator]);
    const { id, itemIds } = await pending();
    await approve(id, reviewer, { item_ids: itemIds.slice(0, 1) });
    // An operator who names nothing adds to what was approved last.
    expect((await statusOf(id)).item_ids).toEqual(itemIds.slice(0, 1));
    await approve(id, operator, { item_ids: itemIds });
    expect(await stateOf(id)).toBe("pending");
    await store.db.update(suggestions).set({ revision: 1 }).where(eq(suggestions.id, id));
    await approve(id, reviewer, { item_ids: itemIds });
    expect((await statusOf(id)).evaluation.chain.given).toBe(1);
    expect((await approve(id, operator, { item_ids: itemIds })).state).toBe("approved");
  });

  test("without chosen changes all are approved, whatever somebody approved before", async () => {
    await holds([withOperator]);
    const { id, itemIds } = await pending();
    await approve(id, reviewer, { item_ids: itemIds.slice(1) });
    expect(await approve(id, operator)).toMatchObject({ state: "pending" });
    expect((await statusOf(id)).item_ids).toEqual(itemIds);
    const whole = await approve(id, second);
    expect(whole.state).toBe("approved");
    expect(whole.suggestions.map((item) => item.is_approved)).toEqual([true, true]);
  });

  test("of two people at once both count, and the suggestion is approved once", async () => {
    await holds([withOperator]);
    const { id } = await pending();
    await Promise.all([approve(id, reviewer), approve(id, operator)]);
    expect(await stateOf(id)).toBe("approved");
    expect(await auditOf(id)).toEqual(["suggestion.approve_in_part", "suggestion.approve"]);
  });

  test("of two people at once for one step one counts, and the other is told", async () => {
    const { id } = await pending();
    const outcomes = await Promise.allSettled([approve(id, reviewer), approve(id, second)]);
    const refused = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    expect(refused).toMatchObject([{ code: "conflict" }]);
    expect(await auditOf(id)).toEqual(["suggestion.approve"]);
  });
});

describe("without a stored policy", () => {
  test("a high risk takes two people where two may approve", async () => {
    await people(reviewer, admin);
    const { id } = await pending([risky()]);
    expect((await approve(id, reviewer)).state).toBe("pending");
    expect((await approve(id, admin)).state).toBe("approved");
  });

  test("whoever is alone is not locked out, and says so", async () => {
    await people(admin);
    const { id } = await pending([risky()]);
    await expect(approve(id, admin)).rejects.toMatchObject({ code: "acknowledgement_needed" });
    expect(await auditOf(id)).toEqual([]);
    expect((await approve(id, admin, { acknowledges_alone: true })).state).toBe("approved");
    const [row] = await store.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
    expect(row?.after).toMatchObject({ acknowledges_alone: true });
  });

  test("an operator does not approve, and low risks take one reviewer", async () => {
    await people(reviewer, admin);
    const { id } = await pending();
    await expect(approve(id, operator)).rejects.toMatchObject({ code: "forbidden" });
    expect((await approve(id, reviewer)).state).toBe("approved");
  });
});

test("whoever asked for a change does not approve it where the policy says so", async () => {
  await holds([everything({ requester_may_approve: false })]);
  const { id } = await pending();
  await store.db
    .update(suggestions)
    .set({ requestedBy: reviewer.label })
    .where(eq(suggestions.id, id));
  expect((await statusOf(id, reviewer)).you.why_not).toContain("You asked for this change");
  await expect(approve(id, reviewer)).rejects.toMatchObject({ code: "forbidden" });
  expect((await approve(id, second)).state).toBe("approved");
});

test("what was approved takes further approvals once the policy asks for more", async () => {
  const { id, itemIds } = await pending();
  await approve(id, reviewer);
  await expect(approve(id, admin)).rejects.toMatchObject({ code: "conflict" });
  await holds([withOperator]);
  await expect(approve(id, operator, { item_ids: itemIds.slice(1) })).rejects.toMatchObject({
    code: "invalid_input",
  });
  expect((await approve(id, operator)).state).toBe("approved");
  expect(await auditOf(id)).toEqual(["suggestion.approve", "suggestion.approve_further"]);
  await expect(approve(id, admin)).rejects.toMatchObject({ code: "conflict" });
});

test("an expired suggestion is pending again when asked for, without its approvals", async () => {
  await holds([withOperator, { name: "h", when: {}, expires_after_hours: 5 }]);
  const { id } = await pending(undefined, { expiresAt: new Date(Date.now() - 1000) });
  const product = { productId: "duckdb-spawn", domain: "test", baseUrl: "http://127.0.0.1:1" };
  await store.db.insert(dataProducts).values({ ...product, schemaFingerprint: "schema-1" });
  await approve(id, reviewer);
  await expireSuggestions({ ctx: as(admin) });
  expect(await stateOf(id)).toBe("expired");
  const reopened = await reopenSuggestion({ ctx: as(reviewer), input: { suggestion_id: id } });
  expect(reopened.state).toBe("pending");
  const hours = (Date.parse(reopened.expires_at ?? "") - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(4.9);
  expect(hours).toBeLessThanOrEqual(5);
  expect((await statusOf(id)).evaluation.chain.given).toBe(0);
  await expect(
    reopenSuggestion({ ctx: as(reviewer), input: { suggestion_id: id } }),
  ).rejects.toMatchObject({ code: "conflict" });
  const old = await pending(undefined, {
    ...{ schemaFingerprint: "schema-0", expiresAt: new Date(Date.now() - 1000) },
  });
  await expireSuggestions({ ctx: as(admin) });
  await expect(
    reopenSuggestion({ ctx: as(reviewer), input: { suggestion_id: old.id } }),
  ).rejects.toMatchObject({ code: "schema_changed" });
  expect(await stateOf(old.id)).toBe("expired");
});

test("reminds those whose approval is missing, then escalates, each once", async () => {
  await people(reviewer, operator, admin);
  const escalation = { after_hours: 8, to: "admin" };
  await holds([
    everything({
      approvals: [{ role: "operator", count: 1 }],
      reminder: { remind_after_hours: 4, escalation },
    }),
  ]);
  const { id } = await pending();
  await approve(id, reviewer);
  const toldOf = async () =>
    (
      await store.db
        .select()
        .from(notifications)
        .where(eq(notifications.subjectId, id))
        .orderBy(notifications.createdAt)
    )
      .map(({ event, userIds }) => [event, userIds?.length])
      .filter(([event]) => String(event).startsWith("approval_"));
  const after = (hours: number) => {
    const clock = { now: () => new Date(Date.now() + hours * 3_600_000) };
    return remindApprovers({ ctx: { ...as(admin), clock } });
  };
  await after(3);
  expect(await toldOf()).toEqual([]);
  await after(5);
  await after(5);
  // The operator, and the administrator who may stand in.
  expect(await toldOf()).toEqual([["approval_reminder", 2]]);
  await after(9);
  await after(9);
  expect(await toldOf()).toEqual([
    ["approval_reminder", 2],
    ["approval_escalated", 1],
  ]);
});

describe("automatic approval", () => {
  const act = { mode: "act", kinds: ["add_index"], confirmed_min: 1, per_day_max: 1 };
  const gain = (low: number) => {
    const evidence = evidenceOf([queryEvidenceOf("a", low + 0.02)]);
    return [{ ...evidence, workload: { ...evidence.workload, coverage: 1 } }];
  };
  const measured = (productId: string, low = 0.4) =>
    storeSuggestion(store.db, {
      ...{ state: "pending", productId, candidates: [indexOn("status")] },
      evidence: gain(low),
    });
  async function confirm(productId: string): Promise<void> {
    const { id } = await storeSuggestion(store.db, {
      ...{ state: "verified", productId, candidates: [indexOn("name")] },
    });
    await storeOperation(store.db, id, { kind: "execute", state: "verified", productId });
  }
  const run = (more: object = {}) =>
    approveWithinLimits({ ctx: { ...as(admin), actor: systemActor(), ...more } });
  const systemActor = () => systemContext(as(admin), "policy").actor;

  test("acts within its limits alone: record, gain, day and emergency stop", async () => {
    await holds([], act);
    const first = await measured("auto");
    expect(await run()).toEqual([]);
    await confirm("auto");
    const weak = await measured("auto", 0.02);
    await engageStop({ ctx: as(admin), input: { reason: "test" } });
    expect(await run()).toEqual([]);
    await liftStop({ ctx: as(admin), input: { reason: "test" } });
    expect(await run()).toEqual([first.id]);
    expect(await stateOf(first.id)).toBe("approved");
    const next = await measured("auto");
    expect(await run()).toEqual([]);
    for (const { id } of [weak, next]) expect(await stateOf(id)).toBe("pending");
    const [row] = await store.db
      .select({ approved: agentDecisions.approved })
      .from(agentDecisions)
      .innerJoin(suggestions, eq(suggestions.decisionId, agentDecisions.decisionId))
      .where(eq(suggestions.id, first.id));
    expect(row?.approved).toBe(true);
  });

  test("comes to advice behind any number that is beyond its limits", async () => {
    await holds([], { ...act, products: ["deep"], per_day_max: 100 });
    await confirm("deep");
    await Promise.all(Array.from({ length: 205 }, () => measured("deep", 0.02)));
    const { id } = await measured("deep");
    expect(await run()).toEqual([id]);
    // Nothing of it is left for the next tests to look at.
    await store.db
      .update(suggestions)
      .set({ state: "expired" })
      .where(and(eq(suggestions.productId, "deep"), eq(suggestions.state, "pending")));
  });

  test("stays valid when another one is given on a later day", async () => {
    await holds([], { ...act, products: ["later"] });
    await confirm("later");
    const hoursLater = (hours: number) => ({
      clock: { now: () => new Date(Date.now() + hours * 3_600_000) },
    });
    const first = await measured("later");
    expect(await run(hoursLater(48))).toEqual([first.id]);
    const next = await measured("later");
    expect(await run(hoursLater(73))).toEqual([next.id]);
    const [row] = await store.db.select().from(suggestions).where(eq(suggestions.id, first.id));
    if (row === undefined) throw new Error("not stored");
    const ctx = { ...as(admin), ...hoursLater(74) };
    const permit = await store.db.transaction((tx) => permitExecution({ tx, ctx, input: { row } }));
    expect(permit).toEqual({ state: "open" });
  });

  test("does nothing while it only observes or advises", async () => {
    await confirm("ramp");
    for (const mode of ["observe", "advise"]) {
      await store.db.delete(policies);
      await holds([], { ...act, mode, per_day_max: 100 });
      const { id } = await measured("ramp");
      expect(await run()).toEqual([]);
      const { auto_approval } = (await statusOf(id)).evaluation;
      expect(auto_approval).toMatchObject({ is_within_limits: true, is_approving: false });
    }
  });
});
