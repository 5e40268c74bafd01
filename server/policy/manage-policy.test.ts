import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, users } from "@/drizzle/schema";
import { type Actor, Policy, RegressionPolicy, type Verification } from "@/server/contracts";
import {
  ACTORS,
  contextOf,
  indexOn,
  storeOperation,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  engageStop,
  getPolicy,
  getStop,
  liftStop,
  listPolicyVersions,
  setPolicy,
  simulatePolicy,
} from ".";

const AT = "2026-03-03T12:00:00.000Z";

let store: TestDatabase;
beforeAll(async () => {
  store = await createTestDatabase();
});
afterAll(() => store.drop());

const admin: Actor = { kind: "user", id: "ada", label: "ada@test", roles: ["admin"] };
const as = (actor: Actor = admin) => contextOf(store.db, actor);
const policyOf = (count: number, rules: object[] = []) =>
  Policy.parse({
    base: { approvals: [{ role: "reviewer", count }] },
    ...{ rules, auto_approval: { mode: "off" } },
  });
const set = (count: number, expected_version: number | null, actor = admin) =>
  setPolicy({
    ctx: as(actor),
    input: { policy: policyOf(count), comment: `ask for ${count}`, expected_version },
  });

test("the default holds until an administrator stores a version, and every version is kept", async () => {
  expect(await getPolicy({ ctx: as() })).toMatchObject({ version: null, warnings: [] });
  await expect(set(2, null, ACTORS.reviewer)).rejects.toMatchObject({ code: "forbidden" });
  expect(await set(1, null)).toMatchObject({ version: 1, created_by: "ada@test" });
  await expect(set(3, null)).rejects.toMatchObject({ code: "conflict", details: { version: 1 } });
  // Of two at once one wins.
  const both = await Promise.allSettled([set(2, 1), set(3, 1)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const versions = await listPolicyVersions({ ctx: as() });
  expect(versions.map(({ version }) => version)).toEqual([2, 1]);
  const rows = await store.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, "policy.set"));
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatchObject({ before: { version: 1 }, after: { version: 2 } });
});

test("says which chain the people who can sign in could not complete", async () => {
  const { version } = await getPolicy({ ctx: as() });
  const few = await set(4, version);
  expect(few.warnings).toEqual([
    "The approvals for every change cannot be completed: they need 4 reviewers, and too few people with these roles can sign in.",
  ]);
  for (const name of ["a", "b", "c", "d"]) {
    const user = { email: `${name}@test`, name, passwordHash: "-" };
    await store.db.insert(users).values({ ...user, roles: ["reviewer"] });
  }
  expect((await getPolicy({ ctx: as() })).warnings).toEqual([]);
});

test("anybody who decides or executes may stop, only an administrator lifts, and both are audited", async () => {
  const stop = (actor: Actor) =>
    engageStop({ ctx: as(actor), input: { reason: "Latencies rise." } });
  await expect(stop(ACTORS.viewer)).rejects.toMatchObject({ code: "forbidden" });
  const both = await Promise.allSettled([stop(ACTORS.second), stop(admin)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await getStop({ ctx: as(ACTORS.viewer) })).toMatchObject({
    ...{ is_on: true, reason: "Latencies rise.", held_count: 0, running_count: 0 },
  });
  const lift = (actor: Actor) => liftStop({ ctx: as(actor), input: { reason: "Fixed." } });
  await expect(lift(ACTORS.second)).rejects.toMatchObject({ code: "forbidden" });
  expect(await lift(admin)).toMatchObject({ is_on: false, engaged_by: null });
  await expect(lift(admin)).rejects.toMatchObject({ code: "conflict" });
  const actions = (await store.db.select().from(auditEvents))
    .map(({ action }) => action)
    .filter((action) => action.startsWith("automation."));
  expect(actions).toEqual(["automation.stop", "automation.resume"]);
});

/** By the default a regression; the whole workload's interval ends above what a tolerant policy allows. */
const LOST_TWO_PERCENT: Verification = {
  ...{ state: "regressed", window_started_at: AT, window_ended_at: AT, queries: [], summary: "" },
  workload: {
    actual: { value: -0.04, low: -0.05, high: -0.02 },
    adjusted: { value: -0.04, low: -0.05, high: -0.02 },
    ...{ expected: null, calls: 400, minutes: 30, compared_share: 1, drift: 1 },
  },
};
const TOLERANT = RegressionPolicy.parse({ workload_lost_min: 0.1 });

test("a simulation counts what the policy would have done, and changes nothing", async () => {
  const approved = await storeSuggestion(store.db, {
    ...{ state: "verified", candidates: [indexOn("status")] },
  });
  await storeOperation(store.db, approved.id, {
    ...{ kind: "execute", state: "verified", productId: "duckdb-spawn" },
    startedAt: new Date("2026-03-03T12:00:00.000Z"),
    verification: LOST_TWO_PERCENT,
  });
  await storeSuggestion(store.db, { state: "rejected", candidates: [indexOn("name")] });
  await storeSuggestion(store.db, { state: "no_gain" });
  const window = { time_zone: "UTC", weekdays: ["sat"], from: "02:00", to: "04:00" };
  const rule = { name: "nights", when: { tables: ["projects"] }, windows: [window] };
  const before = await getPolicy({ ctx: as() });
  const simulated = await simulatePolicy({
    ctx: as(ACTORS.viewer),
    input: { policy: { ...policyOf(2, [rule]), regression: TOLERANT }, days: 30 },
  });
  expect(simulated).toMatchObject({
    ...{ suggestion_count: 2, is_complete: true, short_count: 1, outside_window_count: 1 },
    required_before: { "4": 2 },
    required_after: { "2": 2 },
    auto_approved: { count: 0, rejected_count: 0, regressed_count: 0 },
    regressions: { judged_count: 1, regressed_before_count: 1, regressed_after_count: 0 },
  });
  const difference = simulated.differences.find((each) => each.suggestion_id === approved.id);
  expect(difference).toMatchObject({
    notes: [
      "Its approvals would not have been enough: 0 of 2 approvals; 2 reviewers are still needed.",
      "It was executed outside of the maintenance windows.",
    ],
  });
  expect(await getPolicy({ ctx: as() })).toEqual(before);
});
