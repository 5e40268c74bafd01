import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentMessages, auditEvents } from "@/drizzle/schema";
import { requestExecution } from "@/server/execution";
import {
  advanceConversation,
  cancelConversation,
  reviseConversation,
  startConversations,
} from "./index";
import { type Member, Mesh, tableOf } from "./testing/mesh";
import { begin, beginAgreed, FINANCE, RISK, statesOf } from "./testing/schema-change";

let mesh: Mesh;
let finance: Member;
let risk: Member;

/** Nothing of it has to do with the proposal. */
const IDLE = { name: "idle", domain: "risk", tables: [tableOf("other", { a: "INTEGER" })] };
/** What the proposal refers to is no key there. */
const BROKEN = {
  ...{ name: "broken", domain: "ratings" },
  tables: [
    {
      ...tableOf("risk_assessments", { risk_assessment_id: "UUID" }),
      columns: [
        {
          ...{ name: "risk_assessment_id", type: "UUID", nullable: true, default_sql: null },
          statistics: { distinct_count: 10, null_fraction: 0.5, min: null, max: null },
        },
      ],
    },
  ],
};

beforeAll(async () => {
  mesh = await Mesh.create([FINANCE, RISK, IDLE, BROKEN]);
  [finance, risk] = mesh.members as [Member, Member];
});
afterAll(() => mesh.close());

const RISK_ALONE = [{ agent_id: "agent-risk" }];

const labels = async (member: Member, id: string) =>
  (await member.read(id)).steps.map(({ label }) => label);

test("the sequence of the specification, in its order, on both sides", async () => {
  const members = [finance, risk];
  const { conversation_id: id, ...begun } = await begin(finance, RISK_ALONE);
  expect(begun).toMatchObject({
    ...{
      state: "assessing",
      role: "initiator",
      title: "Add column risk_assessment_id to projects",
    },
    own_changes: [{ kind: "add_column", table: "projects", column: "risk_assessment_id" }],
  });
  await finance.prove(id);
  await mesh.run();
  expect(await risk.read(id)).toMatchObject({ state: "evaluating", role: "participant" });
  await risk.prove(id);
  await mesh.run();
  expect(await risk.read(id)).toMatchObject({
    state: "awaiting_approval",
    own_changes: [{ kind: "add_column", table: "projects", column: "risk_assessment_id" }],
    answer: { verdict: "accept" },
  });
  await risk.approve(id);
  await mesh.run();
  expect(await finance.read(id)).toMatchObject({
    state: "accepted",
    parties: [{ agent_id: "agent-risk", state: "accepted" }],
  });
  await finance.approve(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["executing", "accepted"]);
  await finance.finish(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["completed", "updating"]);
  await risk.finish(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["synced", "synced"]);
  expect(await labels(finance, id)).toEqual([
    ...["Schema change need", "Analyze impact", "Schema proposal", "Acceptance"],
    ...["Execute schema change", "Confirmation", "Completion notification", "Sync complete"],
  ]);
  expect(await labels(risk, id)).toEqual([
    ...["Schema proposal", "Evaluate proposal", "Evaluation", "Acceptance"],
    ...["Completion notification", "Update related schema", "Related schema updated"],
    "Sync complete",
  ]);
  const audit = await finance.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, id))
    .orderBy(auditEvents.id);
  expect(audit.map(({ action }) => action)).toEqual([
    ...["conversation.start", "conversation.propose", "conversation.accept"],
    ...["conversation.execute", "conversation.complete", "conversation.sync"],
  ]);
});

test("before all have agreed, an approved change is not executed, and the refusal says what it waits for", async () => {
  const members = [finance, risk];
  const { conversation_id: id } = await begin(finance, RISK_ALONE);
  await finance.prove(id);
  await mesh.run();
  await finance.approve(id);
  const input = { suggestion_id: await finance.suggestionOf(id) };
  await expect(requestExecution({ ctx: finance.reviewer, input })).rejects.toMatchObject({
    code: "not_agreed",
    message: expect.stringContaining("Waiting for the answer of agent-risk"),
  });
  expect(await finance.stateOfSuggestion(id)).toBe("approved");
  await risk.prove(id);
  await mesh.run();
  await risk.approve(id);
  await mesh.advance(risk);
  const related = { suggestion_id: await risk.suggestionOf(id) };
  await expect(requestExecution({ ctx: risk.reviewer, input: related })).rejects.toMatchObject({
    code: "not_agreed",
  });
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["executing", "accepted"]);
});

test("a domain of two agents: both have to accept, and both follow", async () => {
  const [, , idle] = mesh.members as [Member, Member, Member];
  const members = [finance, risk, idle];
  const { conversation_id: id, parties } = await begin(finance, [{ domain: "risk" }]);
  expect(parties.map(({ agent_id }) => agent_id)).toEqual(["agent-idle", "agent-risk"]);
  await finance.prove(id);
  await finance.approve(id);
  await mesh.run();
  // The one that nothing touches has accepted; the other one's test run is not over.
  expect(await statesOf(members, id)).toEqual(["proposed", "evaluating", "accepted"]);
  expect((await finance.read(id)).status_note).toBe("Waiting for the answer of agent-risk.");
  await risk.prove(id);
  await mesh.run();
  await risk.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.run();
  await risk.finish(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["synced", "synced", "synced"]);
});

test("one of several rejects: nothing happens anywhere", async () => {
  const [, , , broken] = mesh.members as [Member, Member, Member, Member];
  const members = [finance, risk, broken];
  const references = { table: "risk_assessments", column: "risk_assessment_id" };
  const { conversation_id: id } = await begin(finance, [...RISK_ALONE, { domain: "ratings" }], {
    references,
  });
  await finance.prove(id);
  await finance.approve(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["rejected", "rejected", "rejected"]);
  expect((await broken.read(id)).answer?.reasons.join(" ")).toMatch(
    /is no key: about 10 different/,
  );
  expect(await finance.stateOfSuggestion(id)).toBe("superseded");
  expect([await finance.operationsOf(id), await risk.operationsOf(id)]).toEqual([0, 0]);
});

test("a counter-proposal is taken up: the other type is tested, proposed and agreed on", async () => {
  const members = [finance, risk];
  const { conversation_id: id } = await begin(finance, [{ product_id: "risk" }], {
    column_type: "VARCHAR",
  });
  await finance.prove(id);
  await mesh.run();
  await risk.prove(id);
  await mesh.run();
  expect(await finance.read(id)).toMatchObject({
    state: "countered",
    parties: [{ state: "countered", counter: { details: { column_type: "UUID" } } }],
  });
  const first = await finance.suggestionOf(id);
  await reviseConversation({ ctx: finance.reviewer, input: { conversation_id: id } });
  expect(await finance.read(id)).toMatchObject({
    ...{ state: "assessing", round: 2 },
    own_changes: [{ type: "UUID" }],
  });
  expect(await finance.suggestionOf(id)).not.toBe(first);
  await finance.prove(id);
  await mesh.run();
  expect(await risk.read(id)).toMatchObject({ state: "evaluating", round: 2 });
  await risk.prove(id);
  await mesh.run();
  await risk.approve(id);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["accepted", "accepted"]);
  await cancelConversation({ ctx: finance.reviewer, input: { conversation_id: id, reason: "" } });
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["cancelled", "cancelled"]);
});

test("messages that come twice, and in another order, are handled once and in their order", async () => {
  const { id, members } = await beginAgreed(mesh, ["risk"]);
  await finance.approve(id);
  await mesh.run({ twice: true, reversed: true });
  await finance.finish(id);
  await mesh.run({ twice: true, reversed: true });
  await risk.finish(id);
  await mesh.run({ twice: true, reversed: true });
  expect(await statesOf(members, id)).toEqual(["synced", "synced"]);
  const dead = eq(agentMessages.deliveryStatus, "dead");
  expect([
    await finance.db.$count(agentMessages, dead),
    await risk.db.$count(agentMessages, dead),
  ]).toEqual([0, 0]);
});

test("two couriers carry the same conversation on at once: each step is made once", async () => {
  const { id, members } = await beginAgreed(mesh, ["risk"]);
  await finance.approve(id);
  const both = (member: Member) =>
    Promise.all(
      [1, 2, 3].map(() =>
        advanceConversation({ ctx: member.system, input: { conversation_id: id } }),
      ),
    );
  await both(finance);
  expect(await finance.operationsOf(id)).toBe(1);
  await finance.finish(id);
  await both(finance);
  await mesh.run();
  await both(risk);
  await risk.finish(id);
  await both(risk);
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["synced", "synced"]);
  expect(await labels(finance, id)).toHaveLength(8);
  expect(await risk.operationsOf(id)).toBe(1);
});

test("an event carries a conversation on, without a sweep", async () => {
  const { id } = await beginAgreed(mesh, ["risk"]);
  const running = startConversations(finance.root, { sweepMs: 3_600_000 });
  try {
    // Its first sweep finds what is open; the approval comes after it.
    await vi.waitFor(async () => expect((await finance.read(id)).state).toBe("accepted"));
    await finance.approve(id);
    await vi.waitFor(async () => expect((await finance.read(id)).state).toBe("executing"), {
      timeout: 10_000,
    });
  } finally {
    await running.stop();
  }
});
