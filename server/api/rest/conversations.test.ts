import { afterAll, beforeAll, expect, test } from "vitest";
import { peers } from "@/drizzle/schema";
import type { ConversationDetail, ConversationPage, RegisteredAgent } from "@/server/contracts";
import { createHarness, type Harness } from "./testing/harness";
import { storeObservedProduct } from "./testing/observed-product";

const RISK = { agent_id: "agent-risk", product_id: "risk", domain: "risk" };

let harness: Harness;
let headers: Record<string, string>;
beforeAll(async () => {
  harness = await createHarness({ settings: { AGENT_DOMAIN: "financing" } });
  await storeObservedProduct(harness.db);
  const at = new Date().toISOString();
  await harness.db.insert(peers).values({
    ...{ agentId: "agent-risk", productId: "risk", domain: "risk" },
    card: {
      ...{ ...RISK, url: "http://127.0.0.1:1", broker_id: null, capabilities: [] },
      ...{ jwks: { keys: [] }, message_version: "1", status: "online", version: 1 },
      ...{ registered_at: at, last_seen_at: at, lease_until: at },
    } satisfies Omit<RegisteredAgent, "jwks"> & { jwks: unknown } as unknown as RegisteredAgent,
  });
  headers = (await harness.person(["reviewer"])).headers;
});
afterAll(() => harness.drop());

const details = { table: "projects", column_name: "risk_assessment_id", column_type: "UUID" };
const change = (of: Record<string, unknown> = {}) => ({
  ...{ kind: "schema_change", targets: [{ domain: "risk" }], reason: "Joins with risk" },
  subject: { operation: "add_column", details: { ...details, ...of } },
});
const start = (json: unknown) => harness.post("/agent/conversations", { headers, json });

test("a schema change is begun, tested, read, listed and cancelled", async () => {
  const response = await start(change());
  expect(response.status).toBe(201);
  const begun = (await response.json()) as ConversationDetail;
  expect(begun).toMatchObject({
    ...{ kind: "schema_change", role: "initiator", state: "assessing", parties: [RISK] },
    title: "Add column risk_assessment_id to projects",
    suggestion_id: expect.stringMatching(/^sugg-/),
    steps: [{ label: "Schema change need", detail: "Joins with risk" }],
  });
  const path = response.headers.get("location") ?? "";
  expect(await (await harness.get(path, headers)).json()).toEqual(begun);
  const list = await harness.get("/agent/conversations?state=assessing,proposed&limit=1", headers);
  const { items } = (await list.json()) as ConversationPage;
  expect(items.map(({ conversation_id: id }) => id)).toEqual([begun.conversation_id]);
  const revised = await harness.post(`${path}/revise`, { headers });
  expect([revised.status, await revised.json()]).toMatchObject([404, { code: "not_found" }]);
  const cancelled = await harness.post(`${path}/cancel`, { headers, json: { reason: "No." } });
  expect(await cancelled.json()).toMatchObject({
    state: "cancelled",
    ended_at: expect.any(String),
  });
  const again = await harness.post(`${path}/cancel`, { headers });
  expect([again.status, await again.json()]).toMatchObject([409, { code: "conflict" }]);
});

test.each([
  [404, "not_found", change({ table: "nowhere" })],
  [404, "not_found", { ...change(), targets: [{ domain: "nobody" }] }],
  [422, "not_executable", { ...change(), subject: { operation: "drop_column", details } }],
  [422, "not_executable", change({ column_name: "status" })],
  [400, "invalid_input", { ...change(), subject: { operation: "explode", details } }],
  [400, "invalid_input", { ...change(), targets: [] }],
])("%s %s: what cannot be begun is refused, and nothing is stored", async (status, code, json) => {
  const response = await start(json);
  expect([response.status, await response.json()]).toMatchObject([status, { code }]);
});

test("what is unknown is not found, and what is no id is refused", async () => {
  const id = "00000000-0000-4000-8000-000000000000";
  expect((await harness.get(`/agent/conversations/${id}`, headers)).status).toBe(404);
  expect((await harness.get("/agent/conversations/1", headers)).status).toBe(400);
  expect((await harness.get("/agent/conversations?cursor=xyz", headers)).status).toBe(400);
});
