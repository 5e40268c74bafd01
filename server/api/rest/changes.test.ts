import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestions } from "@/drizzle/schema";
import { Suggestion } from "@/server/contracts";
import { candidateOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createHarness, type Harness } from "./testing/harness";
import { storeObservedProduct } from "./testing/observed-product";

let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["reviewer"])).headers;
  await storeObservedProduct(harness.db);
});
afterAll(() => harness.drop());

const COLUMN = {
  ...{ kind: "add_column", table: "projects", column: "risk_id", type: "varchar" },
  ...{ default: null, is_required: false, references: null },
};
const post = (json: unknown, query = "") =>
  harness.post(`/agent/changes${query}`, { headers, json });

test("a requested change is accepted with the place of its suggestion; asked again, it is that one", async () => {
  const response = await post({ changes: [COLUMN], reason: "Risk reports need it." });
  expect(response.status).toBe(202);
  const body = Suggestion.parse(await response.json());
  expect(response.headers.get("location")).toBe(`/agent/suggestions/${body.suggestion_id}`);
  expect(body).toMatchObject({
    state: "proving",
    requested: { reason: "Risk reports need it.", origin: { kind: "person" } },
  });
  expect(await (await post({ changes: [COLUMN] })).json()).toMatchObject({
    suggestion_id: body.suggestion_id,
    is_existing: true,
  });
});

test("with ?wait= the answer comes once the test has ended", async () => {
  const changes = [{ ...COLUMN, column: "waited_for" }];
  const { suggestion_id: id } = Suggestion.parse(await (await post({ changes })).json());
  await harness.db.update(suggestions).set({ state: "no_gain" }).where(eq(suggestions.id, id));
  const ended = harness.get(`/agent/suggestions/${id}`, headers);
  expect(await (await ended).json()).toMatchObject({
    state: "no_gain",
    note: expect.stringContaining("do not fit"),
  });
  const waiting = await post({ changes: [{ ...COLUMN, column: "other" }] }, "?wait=1");
  expect(waiting.status).toBe(202);
});

test.each<[string, unknown, number, string]>([
  ["a type that is none", [{ ...COLUMN, type: "VARCHR(" }], 400, "invalid_input"],
  ["a misspelt field", [{ ...COLUMN, isRequired: true }], 400, "invalid_input"],
  [
    "a default that is no literal",
    [{ ...COLUMN, default: { sql: "now()" } }],
    400,
    "invalid_input",
  ],
  ["nothing to test", [], 400, "invalid_input"],
  [
    "another text for a query",
    [{ kind: "rewrite_query", table: "projects", rule: "top_n", rewrites: [] }],
    400,
    "invalid_input",
  ],
  ["a name that is taken", [{ ...COLUMN, column: "status" }], 422, "not_executable"],
])("refuses %s", async (_, changes, status, code) => {
  const response = await post({ changes });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code });
});

test("an edited change is a suggestion of its own; what is no change, or decided, is refused", async () => {
  const drop = candidateOf(
    { kind: "drop_index", table: "projects", index: "i" },
    indexOn("x").plan,
  );
  const { id, itemIds } = await storeSuggestion(harness.db, {
    ...{ state: "pending", productId: "duckdb-spawn", candidates: [drop] },
  });
  const edit = (sql: string) =>
    harness.post(`/agent/suggestions/${id}/edit`, { headers, json: { item_id: itemIds[0], sql } });
  const response = await edit("CREATE INDEX i ON projects (status)");
  expect(response.status).toBe(202);
  const body = Suggestion.parse(await response.json());
  expect(response.headers.get("location")).toBe(`/agent/suggestions/${body.suggestion_id}`);
  expect(body).toMatchObject({ state: "proving", edited_from: id, edits: [] });
  const refused = await edit("DROP TABLE projects");
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: "invalid_input" }]);
  await harness.db.update(suggestions).set({ state: "rejected" }).where(eq(suggestions.id, id));
  expect((await edit("CREATE INDEX i ON projects (status)")).status).toBe(409);
});
