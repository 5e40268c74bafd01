import { afterAll, beforeAll, expect, test } from "vitest";
import type { MessageType } from "@/server/contracts";
import { type Member, Mesh } from "./testing/mesh";
import { begin, DETAILS, FINANCE, RISK } from "./testing/schema-change";

let mesh: Mesh;
let finance: Member;
let risk: Member;
let other: Member;
beforeAll(async () => {
  mesh = await Mesh.create([FINANCE, RISK, { ...RISK, name: "other" }]);
  [finance, risk, other] = mesh.members as [Member, Member, Member];
});
afterAll(() => mesh.close());

const say = (
  from: Member,
  to: Member,
  type: MessageType,
  content: Record<string, unknown>,
  isSuspect = false,
) => mesh.post({ from, to, type, content, isSuspect });

const proposal = { operation: "add_column", details: DETAILS };
const NOWHERE = "00000000-0000-4000-8000-000000000000";

let count = 0;
/** Of a column of its own: equal changes that are open share one suggestion. */
async function proposed(): Promise<string> {
  count += 1;
  const targets = [{ agent_id: "agent-risk" }];
  const { conversation_id: id } = await begin(finance, targets, { column_name: `risk_${count}` });
  await finance.prove(id);
  await mesh.run();
  return id;
}

test("what belongs to no conversation here, or is not said by a party, is out of place", async () => {
  const answer = { conversation_id: NOWHERE, reasons: [] };
  expect(await say(risk, finance, "acceptance", answer)).toMatchObject({ outcome: "out_of_place" });
  const conversation_id = await proposed();
  const foreign = await say(other, finance, "acceptance", { conversation_id, reasons: [] });
  expect(foreign).toMatchObject({
    outcome: "out_of_place",
    reason: expect.stringMatching(/no party/),
  });
  const wrong = await say(risk, finance, "completion", { conversation_id, outcome: "executed" });
  expect(wrong).toMatchObject({ outcome: "out_of_place" });
  expect((await finance.read(conversation_id)).parties[0]?.state).toBe("invited");
});

test("a message ahead of its turn waits, one whose turn is over is not taken again", async () => {
  const conversation_id = await proposed();
  const content = { conversation_id, outcome: "cancelled", detail: "" };
  expect(await say(finance, risk, "completion", { ...content, sequence: 3 })).toMatchObject({
    outcome: "not_yet",
  });
  expect(await say(finance, risk, "completion", { ...content, sequence: 1 })).toMatchObject({
    outcome: "out_of_place",
  });
  expect(await say(finance, risk, "completion", { ...content, sequence: 2 })).toMatchObject({
    outcome: "handled",
  });
  await mesh.advance(risk);
  expect((await risk.read(conversation_id)).state).toBe("cancelled");
});

test("a proposal without a conversation begins one, named as its record", async () => {
  const said = await say(finance, risk, "schema_proposal", proposal);
  expect(said).toMatchObject({ outcome: "handled" });
  await mesh.advance(risk);
  expect(await risk.read(said.recordId)).toMatchObject({
    ...{ role: "participant", reason: DETAILS.purpose },
    initiator: finance.address,
  });
});

test("words that may steer the reader are not evaluated: rejected with the reason", async () => {
  const said = await say(finance, risk, "schema_proposal", proposal, true);
  await mesh.advance(risk);
  expect(await risk.read(said.recordId)).toMatchObject({
    ...{ state: "rejected", own_changes: [], suggestion_id: null },
    status_note: expect.stringContaining("possible prompt injection (/content/details/purpose)"),
  });
});

test("an execution that was not agreed to is answered with a failure, and nothing follows", async () => {
  const conversation_id = await proposed();
  await say(finance, risk, "completion", { conversation_id, outcome: "executed", sequence: 2 });
  await mesh.advance(risk);
  const { state, steps } = await risk.read(conversation_id);
  expect(state).toBe("evaluating");
  expect(steps.at(-1)).toMatchObject({
    label: "Sync complete",
    detail: expect.stringMatching(/^failed/),
  });
});

test("an acceptance of an earlier round does not count for the present one", async () => {
  const conversation_id = await proposed();
  const said = { conversation_id, reasons: [], in_reply_to: "an-earlier-proposal" };
  expect(await say(risk, finance, "acceptance", said)).toMatchObject({ outcome: "handled" });
  await mesh.advance(finance);
  expect((await finance.read(conversation_id)).state).toBe("proposed");
});

test("a message that comes before the one that begins its conversation waits for it", async () => {
  const conversation_id = crypto.randomUUID();
  const end = { conversation_id, outcome: "cancelled", detail: "", sequence: 2 };
  expect(await say(finance, risk, "completion", end)).toMatchObject({ outcome: "not_yet" });
  const begins = { ...proposal, conversation_id, sequence: 1 };
  expect(await say(finance, risk, "schema_proposal", begins)).toMatchObject({ outcome: "handled" });
  expect(await say(finance, risk, "completion", end)).toMatchObject({ outcome: "handled" });
});
