import { afterAll, beforeAll, expect, test } from "vitest";
import { type Member, Mesh } from "./testing/mesh";
import { begin, beginAgreed, DETAILS, FINANCE, RISK, statesOf } from "./testing/schema-change";

let mesh: Mesh;
let finance: Member;
let risk: Member;
beforeAll(async () => {
  mesh = await Mesh.create([FINANCE, RISK]);
  [finance, risk] = mesh.members as [Member, Member];
});
afterAll(() => mesh.close());

const RISK_ALONE = [{ agent_id: "agent-risk" }];

test.each([
  ["released by a person is evaluated", true, "accept"],
  ["that nobody released is rejected unread", false, "reject"],
])("a suspect proposal %s", async (_, isReleased, verdict) => {
  const details = { ...DETAILS, column_name: isReleased ? "released" : "not_released" };
  const content = { operation: "add_column", details };
  const given = { from: finance, to: risk, type: "schema_proposal" as const, content };
  const { recordId } = await mesh.post({ ...given, isSuspect: true, isReleased });
  await mesh.advance(risk);
  expect((await risk.read(recordId)).answer?.verdict).toBe(verdict);
});

test("a proposal that is refused ends the conversation where it began, with the reason", async () => {
  const { conversation_id: id } = await begin(finance, RISK_ALONE, { column_name: "refused" });
  await finance.prove(id);
  await mesh.advance(finance);
  await mesh.refuse({ from: finance, to: risk });
  await mesh.run();
  const { state, status_note } = await finance.read(id);
  expect(state).toBe("cancelled");
  expect(status_note).toContain("a person refused it: An attack.");
  await expect(risk.read(id)).rejects.toMatchObject({ code: "not_found" });
});

test("an acceptance that is refused is none: it ends on both sides, and nothing is executed", async () => {
  const { conversation_id: id } = await begin(finance, RISK_ALONE, { column_name: "unaccepted" });
  await finance.prove(id);
  await finance.approve(id);
  await mesh.run();
  await risk.prove(id);
  await mesh.advance(risk);
  await risk.approve(id);
  await mesh.advance(risk);
  await mesh.refuse({ from: risk, to: finance });
  await mesh.run();
  expect(await statesOf([finance, risk], id)).toEqual(["cancelled", "cancelled"]);
  expect((await finance.read(id)).status_note).toContain(
    "Its message was refused here: An attack.",
  );
  expect([await finance.operationsOf(id), await risk.operationsOf(id)]).toEqual([0, 0]);
});

test("when the word of an execution is refused, it is rolled back, and later messages are not waited for in vain", async () => {
  const { id, members } = await beginAgreed(mesh, ["risk"]);
  await finance.approve(id);
  await mesh.run();
  await finance.finish(id);
  await mesh.advance(finance);
  await mesh.refuse({ from: finance, to: risk });
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensating", "cancelled"]);
  await finance.finish(id, "revert");
  await mesh.run();
  expect(await statesOf(members, id)).toEqual(["compensated", "cancelled"]);
  expect(await risk.operationsOf(id)).toBe(0);
});
