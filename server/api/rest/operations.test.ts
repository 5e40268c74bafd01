import { afterAll, beforeAll, expect, test } from "vitest";
import { Operation } from "@/server/contracts";
import { storeSuggestion } from "@/server/decisions/testing/fixtures";
import { Rig } from "@/server/execution/testing/rig";
import { createHarness, type Harness } from "./testing/harness";

let rig: Rig;
let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  rig = await Rig.open();
  harness = await createHarness({ db: rig.db });
  headers = (await harness.person(["reviewer", "operator"])).headers;
});
afterAll(() => rig.close());

const execute = (suggestion_id: string) =>
  harness.post("/agent/execute", { headers, json: { suggestion_id } });
const revert = (id: string) => harness.post(`/agent/suggestions/${id}/revert`, { headers });

/** Follows an accepted operation to its end on the real product. */
async function finish(accepted: Response): Promise<Operation> {
  expect(accepted.status).toBe(202);
  const location = accepted.headers.get("location") ?? "";
  const { operation_id } = Operation.parse(await accepted.json());
  expect(location).toBe(`/agent/operations/${operation_id}`);
  await rig.run(operation_id);
  return Operation.parse(await (await harness.get(location, headers)).json());
}

test("an approved suggestion is executed and reverted on the product, and can be followed", async () => {
  const id = await rig.approve();
  const executed = await finish(await execute(id));
  expect(executed).toMatchObject({ kind: "execute", state: "executed", suggestion_id: id });
  expect(await rig.hasIndex()).toBe(true);
  const reverted = await finish(await revert(id));
  expect(reverted).toMatchObject({ kind: "revert", state: "executed" });
  expect(await rig.hasIndex()).toBe(false);
  const suggestion = await harness.get(`/agent/suggestions/${id}`, headers);
  expect(await suggestion.json()).toMatchObject({ state: "reverted" });
});

test("a second execution of the same suggestion is a conflict", async () => {
  const id = await rig.approve();
  const first = await execute(id);
  expect((await execute(id)).status).toBe(409);
  await finish(first);
  await finish(await revert(id));
});

test("what is not approved is 409, what has no product 422, what was never executed has no revert", async () => {
  const pending = await storeSuggestion(rig.db, { state: "pending" });
  const unapproved = await execute(pending.id);
  expect(unapproved.status).toBe(409);
  expect(await unapproved.json()).toMatchObject({ code: "not_approved" });
  const estimate = await storeSuggestion(rig.db, { state: "approved", productId: null });
  const homeless = await execute(estimate.id);
  expect(homeless.status).toBe(422);
  expect(await homeless.json()).toMatchObject({ code: "not_executable" });
  expect((await revert(pending.id)).status).toBe(409);
});

test("a schema that changed since the proof is 409, and nothing runs", async () => {
  const id = await rig.approve();
  await rig.product.execute({
    operation_id: "op-elsewhere",
    statements: ["CREATE TABLE new (a INTEGER)"],
  });
  await rig.observe();
  const response = await execute(id);
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code: "schema_changed" });
  expect(await rig.hasIndex()).toBe(false);
});

test("unknown suggestions and operations are 404", async () => {
  expect((await execute("sugg-0000000000zz")).status).toBe(404);
  expect((await revert("sugg-0000000000zz")).status).toBe(404);
  expect((await harness.get("/agent/operations/op-0000000000zz", headers)).status).toBe(404);
});
