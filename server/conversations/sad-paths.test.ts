import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentMessages, auditEvents, operations } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { ACTORS } from "@/server/decisions/testing/fixtures";
import { contextFor } from "@/server/platform";
import { engageStop, liftStop } from "@/server/policy";
import { advanceConversation, cancelConversation } from "./index";
import { type Member, Mesh } from "./testing/mesh";
import { begin, beginAgreed, FINANCE, RISK, statesOf } from "./testing/schema-change";

let mesh: Mesh;
let finance: Member;
let risk: Member;
let other: Member;
beforeAll(async () => {
  mesh = await Mesh.create([FINANCE, RISK, { ...RISK, name: "other" }]);
  [finance, risk, other] = mesh.members as [Member, Member, Member];
});
afterAll(() => mesh.close());

const agreed = () => beginAgreed(mesh, ["risk"]);

/** Transactions of one look at a conversation on a side. */
async function transactionsOf({ db, system }: Member, id: string): Promise<number> {
  const transaction = vi.spyOn(db, "transaction");
  await advanceConversation({ ctx: system, input: { conversation_id: id } });
  const { length } = transaction.mock.calls;
  transaction.mockRestore();
  return length;
}

async function proposed() {
  const { conversation_id: id } = await begin(finance, [{ agent_id: "agent-risk" }]);
  await finance.prove(id);
  await mesh.run();
  return { members: [finance, risk], id };
}

test("our own change does not fit: nobody is asked", async () => {
  const { conversation_id: id } = await begin(finance, [{ agent_id: "agent-risk" }]);
  await finance.prove(id, false);
  await mesh.run();
  expect((await finance.read(id)).state).toBe("failed");
  await expect(risk.read(id)).rejects.toMatchObject({ code: "not_found" });
});

test("the related change does not fit: rejected on both sides", async () => {
  const { members, id } = await proposed();
  await risk.prove(id, false);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["rejected", "rejected"]);
  expect(await finance.stateOfSuggestion(id)).toBe("superseded");
});

const COST = "1 of 3 queries becomes slower by more than 5%: 9.2% slower [−12%, −6%]";

test("the related change costs time there: a person weighs the figures, and an acceptance says them", async () => {
  const { id } = await proposed();
  await risk.prove(id, true, COST);
  await mesh.run();
  const { state, status_note: note } = await risk.read(id);
  expect([state, note]).toEqual(["awaiting_approval", expect.stringContaining(COST)]);
  expect((await finance.read(id)).parties[0]?.state).toBe("invited");
  await risk.approve(id);
  await mesh.run();
  const [party] = (await finance.read(id)).parties;
  expect(party).toMatchObject({ state: "accepted" });
  expect(party?.reasons[0]).toBe(`Measured on a copy, it costs here: ${COST}`);
  await finance.reject(id);
  await mesh.run();
});

test("a cost that no person accepts is a rejection with the figures", async () => {
  const { members, id } = await proposed();
  await risk.prove(id, true, COST);
  await mesh.run();
  await risk.reject(id, "Too slow.");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["rejected", "rejected"]);
  const [party] = (await finance.read(id)).parties;
  expect(party?.reasons.join(" ")).toMatch(/Too slow\..*9\.2% slower/);
});

test("a person there says no: nothing happens, and the reason is told", async () => {
  const { members, id } = await proposed();
  await risk.prove(id);
  await mesh.run();
  await risk.reject(id, "Not before the audit.");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["rejected", "rejected"]);
  expect((await finance.read(id)).status_note).toContain("Not before the audit.");
  expect(await finance.stateOfSuggestion(id)).toBe("superseded");
});

test("a person here says no after all have accepted: declined there too", async () => {
  const { members, id } = await agreed();
  await finance.reject(id, "Too late in the year.");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["rejected", "rejected"]);
  expect((await risk.read(id)).status_note).toContain("Too late in the year.");
  expect(await risk.stateOfSuggestion(id)).toBe("superseded");
  expect(await risk.operationsOf(id)).toBe(0);
});

test("the execution fails after all have accepted: nothing is in place anywhere, and both sides show it", async () => {
  const { members, id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id, "execute", false);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["failed", "failed"]);
  expect((await risk.read(id)).status_note).toContain("The disk is full.");
  expect(await risk.stateOfSuggestion(id)).toBe("superseded");
  expect(await risk.operationsOf(id)).toBe(0);
});

test("while the emergency stop is on, an agreed change is tried once each time, and executed once it is lifted", async () => {
  const { members, id } = await agreed();
  const ada: Actor = { kind: "user", id: "ada", label: "ada@test", roles: ["admin"] };
  const admin = contextFor(finance.root, ada);
  await engageStop({ ctx: admin, input: { reason: "Latencies rise." } });
  await finance.approve(id);
  // One that finds the action, one that tries it.
  expect(await transactionsOf(finance, id)).toBe(2);
  expect(await statesOf(members, id)).toEqual(["accepted", "accepted"]);
  await liftStop({ ctx: admin, input: { reason: "They fell." } });
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["executing", "accepted"]);
  await finance.finish(id, "execute", false);
  await mesh.run();
});

test("the related change fails: ours is rolled back, and both sides end as compensated", async () => {
  const { members, id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.run();
  await risk.finish(id, "execute", false);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensating", "compensated"]);
  await finance.finish(id, "revert");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensated", "compensated"]);
  expect(await finance.stateOfSuggestion(id)).toBe("reverted");
});

test("one of two fails to follow: the other one's change is rolled back as well", async () => {
  const { members, id } = await beginAgreed(mesh, ["risk", "other"]);
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.run();
  await risk.finish(id);
  await mesh.run();
  await other.finish(id, "execute", false);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensating", "compensating", "compensated"]);
  await risk.finish(id, "revert");
  await finance.finish(id, "revert");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensated", "compensated", "compensated"]);
});

test("a rollback that is not possible yet is tried once each time, and one that fails is shown on both sides", async () => {
  const { members, id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.run();
  await risk.finish(id, "execute", false);
  const isExecution = and(
    eq(operations.suggestionId, await finance.suggestionOf(id)),
    eq(operations.kind, "execute"),
  );
  // As while something else holds it.
  await finance.db.update(operations).set({ state: "reverted" }).where(isExecution);
  await mesh.run();
  // One that finds the action, one that tries it, one that finds it again.
  expect(await transactionsOf(finance, id)).toBe(3);
  await finance.db.update(operations).set({ state: "executed" }).where(isExecution);
  await mesh.run();
  await finance.finish(id, "revert", false);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensation_failed", "compensated"]);
  expect((await finance.read(id)).status_note).toContain("The disk is full.");
});

test("a change that is rolled back after all were in sync is rolled back everywhere", async () => {
  const { members, id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.run();
  await risk.finish(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["synced", "synced"]);
  await risk.requestRollback(id);
  await risk.finish(id, "revert");
  await mesh.run();
  await finance.finish(id, "revert");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensated", "compensated"]);
});

test("who began it cancels it, and everybody who was asked is told", async () => {
  const { members, id } = await proposed();
  const input = { conversation_id: id, reason: "Not needed." };
  await cancelConversation({ ctx: finance.reviewer, input });
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["cancelled", "cancelled"]);
  expect((await risk.read(id)).status_note).toContain("Not needed.");
  await expect(cancelConversation({ ctx: finance.reviewer, input })).rejects.toMatchObject({
    ...{ code: "conflict", details: { state: "cancelled" } },
  });
});

test("whoever was asked withdraws before and after accepting: nothing is executed, and the reason is told", async () => {
  for (const begun of [proposed, agreed]) {
    const { members, id } = await begun();
    const input = { conversation_id: id, reason: "Too much work." };
    await cancelConversation({ ctx: risk.reviewer, input });
    expect(await risk.stateOfSuggestion(id)).toMatch(/superseded|cancelled/);
    await mesh.run();
    expect(await statesOf(members, id)).toEqual(["rejected", "cancelled"]);
    expect((await finance.read(id)).status_note).toContain("Withdrawn by a person: Too much work.");
    expect([await finance.operationsOf(id), await risk.operationsOf(id)]).toEqual([0, 0]);
    const audit = await risk.db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
    expect(audit.filter(({ action }) => action === "conversation.cancel")).toMatchObject([
      { actorId: risk.reviewer.actor.id },
    ]);
  }
});

test("a withdrawal that crosses the execution has it rolled back on both sides", async () => {
  const { members, id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  await cancelConversation({ ctx: risk.reviewer, input: { conversation_id: id, reason: "" } });
  await finance.finish(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensating", "cancelled"]);
  await finance.finish(id, "revert");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensated", "cancelled"]);
  expect(await risk.operationsOf(id)).toBe(0);
});

test("of two who end it at once one is told that it has ended, and who may not is refused", async () => {
  const { id } = await proposed();
  const input = { conversation_id: id, reason: "" };
  const viewer = { ...risk.reviewer, actor: ACTORS.viewer };
  await expect(cancelConversation({ ctx: viewer, input })).rejects.toMatchObject({
    code: "forbidden",
  });
  const settled = await Promise.allSettled(
    [1, 2].map(() => cancelConversation({ ctx: risk.reviewer, input })),
  );
  expect(settled.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await mesh.run();
  expect(await statesOf([finance, risk], id)).toEqual(["rejected", "cancelled"]);
});

test("once it is executed nobody ends it any more", async () => {
  const { id } = await agreed();
  await finance.approve(id);
  await mesh.run();
  const input = { conversation_id: id, reason: "" };
  await expect(cancelConversation({ ctx: finance.reviewer, input })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("nobody decides in time: expired here, ended there, and nothing is left to approve", async () => {
  const { id } = await proposed();
  mesh.passHours(25);
  await mesh.run();
  expect((await finance.read(id)).state).toBe("expired");
  expect(["expired", "cancelled"]).toContain((await risk.read(id)).state);
  expect(await finance.stateOfSuggestion(id)).toBe("superseded");
  expect(await risk.stateOfSuggestion(id)).toBe("cancelled");
});

test("one that refuses our messages ends it for all, with the reason", async () => {
  const targets = [{ agent_id: "agent-risk" }, { agent_id: "agent-other" }];
  const { conversation_id: id } = await begin(finance, targets, { column_name: "refused" });
  await finance.prove(id);
  await mesh.advance(finance);
  await finance.db
    .update(agentMessages)
    .set({ deliveryStatus: "dead", deadReason: "refused", lastError: "unknown_key" })
    .where(and(eq(agentMessages.conversationId, id), eq(agentMessages.recipientId, "agent-other")));
  await mesh.run();
  expect(await statesOf([finance, risk], id)).toEqual(["cancelled", "cancelled"]);
  expect((await finance.read(id)).status_note).toContain("agent-other: Our message could not be");
});
