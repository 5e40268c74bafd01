import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { auditEvents, emergencyStops, jobs, operations, policies } from "@/drizzle/schema";
import { type Actor, Policy } from "@/server/contracts";
import { approveSuggestion } from "@/server/decisions";
import { ACTORS, contextOf } from "@/server/decisions/testing/fixtures";
import { engageStop, liftStop, setPolicy } from "@/server/policy";
import { requestRevert, runOperation, withdrawOperation } from ".";
import { Rig, signal } from "./testing/rig";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(() => rig.close());
afterEach(async () => {
  await rig.db.delete(policies);
  await rig.db.delete(emergencyStops);
});

const admin: Actor = { kind: "user", id: "ada", label: "ada@test", roles: ["admin"] };
const as = (actor: Actor = admin) => contextOf(rig.db, actor);
const holds = (demand: object) =>
  setPolicy({
    ctx: as(),
    input: {
      policy: Policy.parse({
        base: { approvals: [{ role: "reviewer", count: 1 }] },
        rules: [{ name: "all", when: {}, ...demand }],
        auto_approval: { mode: "off" },
      }),
      ...{ comment: "test", expected_version: null },
    },
  });
const stop = () => engageStop({ ctx: as(), input: { reason: "Latencies rise." } });
const lift = () => liftStop({ ctx: as(), input: { reason: "Fixed." } });
const operationOf = async (id: string) => {
  const [row] = await rig.db.select().from(operations).where(eq(operations.id, id));
  return row;
};

test("an approval that the policy no longer calls enough is taken back before anything runs", async () => {
  const { id, operationId } = await rig.queue();
  await holds({ approvals: [{ role: "admin", count: 1 }] });
  expect(await rig.run(operationId)).toBeNull();
  expect(await rig.hasIndex()).toBe(false);
  expect(await operationOf(operationId)).toMatchObject({
    ...{ state: "failed", error: { code: "approval_incomplete" } },
  });
  expect(await rig.stateOf(id)).toBe("approved");
  await expect(rig.request(id)).rejects.toMatchObject({
    ...{ code: "approval_incomplete", details: { required: 2, given: 1 } },
  });
  await approveSuggestion({ ctx: as(), input: { suggestion_id: id, reason: "" } });
  await rig.run((await rig.request(id)).operation_id);
  expect(await rig.hasIndex()).toBe(true);
  await rig.settle(id);
});

test("outside of its window an execution is scheduled, and begins in the next one", async () => {
  const id = await rig.approve();
  const hour = new Date(Date.now() + 2 * 3_600_000).getUTCHours();
  const time = (of: number) => `${String(of % 24).padStart(2, "0")}:00`;
  const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const window = { time_zone: "UTC", weekdays, from: time(hour), to: time(hour + 1) };
  await holds({ windows: [window] });
  const { operation_id, state, progress } = await rig.request(id);
  expect(state).toBe("queued");
  expect(progress.message).toContain("Scheduled for");
  const [job] = await rig.db.select().from(jobs).where(eq(jobs.subjectId, operation_id));
  const opensMs = job?.runAt.getTime() ?? 0;
  expect(opensMs % 3_600_000).toBe(0);
  expect(new Date(opensMs).getUTCHours()).toBe(hour);
  // A delivery that comes too early holds it.
  expect(await rig.run(operation_id)).toEqual({ delayMs: expect.any(Number) });
  expect(await rig.hasIndex()).toBe(false);
  const clock = { now: () => new Date(opensMs + 60_000) };
  const input = { operationId: operation_id, product: rig.product, signal };
  expect(await runOperation({ ctx: { ...rig.system, clock }, input })).toBeNull();
  expect(await rig.hasIndex()).toBe(true);
  await rig.db.delete(policies);
  await rig.settle(id);
});

test("stopped, nothing is asked for and nothing queued begins, until it is lifted", async () => {
  const { id, operationId } = await rig.queue();
  const other = await rig.approve();
  await stop();
  await expect(rig.request(other)).rejects.toMatchObject({ code: "stopped" });
  expect(await rig.stateOf(other)).toBe("approved");
  const asked = vi.spyOn(rig.product, "getWorkload");
  expect(await rig.run(operationId)).toEqual({ delayMs: expect.any(Number) });
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
  expect(await operationOf(operationId)).toMatchObject({
    ...{ state: "queued", progress: { message: expect.stringContaining("Latencies rise.") } },
  });
  expect(await rig.hasIndex()).toBe(false);
  expect((await lift()).held_count).toBe(1);
  expect(await rig.run(operationId)).toBeNull();
  expect(await rig.hasIndex()).toBe(true);
  await rig.settle(id);
});

test("what has not begun can be taken back: its suggestion is approved as before", async () => {
  const { id, operationId } = await rig.queue();
  const withdraw = (actor: Actor) =>
    withdrawOperation({ ctx: as(actor), input: { operation_id: operationId } });
  await expect(withdraw(ACTORS.viewer)).rejects.toMatchObject({ code: "forbidden" });
  expect(await withdraw(admin)).toMatchObject({
    ...{ state: "failed", error: { message: expect.stringContaining("ada@test") } },
  });
  expect(await rig.stateOf(id)).toBe("approved");
  expect(await rig.db.$count(jobs, eq(jobs.subjectId, operationId))).toBe(0);
  expect(await rig.run(operationId)).toBeNull();
  expect(await rig.hasIndex()).toBe(false);
  await expect(withdraw(admin)).rejects.toMatchObject({ code: "conflict" });
  await rig.run((await rig.request(id)).operation_id);
  await rig.settle(id);
});

test("what the data product runs already is not interrupted by a stop", async () => {
  const { id, operationId } = await rig.queue();
  const product = rig.withProduct({
    execute: async (request, given) => {
      expect((await stop()).running_count).toBe(1);
      return rig.product.execute(request, given);
    },
  });
  await rig.run(operationId, product);
  expect(await rig.stateOf(id)).toBe("executed");
  await lift();
  await rig.settle(id);
});

test("stopped, an automatic rollback waits, and a person takes it over by confirming", async () => {
  const { id, operationId } = await rig.queue();
  await rig.run(operationId);
  await stop();
  const automatic = await requestRevert({
    ...{ ctx: rig.system, input: { suggestion_id: id, isAutomatic: true } },
  });
  expect(await rig.run(automatic.operation_id)).toEqual({ delayMs: expect.any(Number) });
  expect(await rig.hasIndex()).toBe(true);
  await expect(rig.requestRevert(id)).rejects.toMatchObject({ code: "stopped" });
  const taken = await requestRevert({
    ...{
      ctx: as(ACTORS.reviewer),
      input: { suggestion_id: id, confirms_stop: true, reason: "Too slow." },
    },
  });
  expect(taken).toMatchObject({
    ...{ operation_id: automatic.operation_id, is_automatic: false, requested_by: "reviewer@test" },
  });
  const ofThis = eq(auditEvents.subjectId, id);
  const audited = await rig.db.select().from(auditEvents).where(ofThis);
  expect(audited.map(({ after }) => after)).toContainEqual(
    expect.objectContaining({ operation_id: automatic.operation_id, reason: "Too slow." }),
  );
  expect(await rig.run(taken.operation_id)).toBeNull();
  expect(await rig.hasIndex()).toBe(false);
  expect(await rig.stateOf(id)).toBe("reverted");
});
