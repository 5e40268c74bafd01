import { afterAll, beforeAll, expect, test } from "vitest";
import { Suggestion, SuggestionPage } from "@/server/contracts";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: Record<string, string>;
let second: Record<string, string>;
let admin: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["reviewer"])).headers;
  second = (await harness.person(["reviewer"])).headers;
  admin = (await harness.person(["admin"])).headers;
});
afterAll(() => harness.drop());

const pending = () =>
  storeSuggestion(harness.db, {
    state: "pending",
    candidates: [indexOn("status"), indexOn("creation_date")],
    evidence: [evidenceOf([queryEvidenceOf("a", 0.9)]), evidenceOf([queryEvidenceOf("b", 0.5)])],
  });
const read = async (response: Response) => Suggestion.parse(await response.json());
const decide = (id: string, verb: string, json: unknown, as = headers) =>
  harness.post(`/agent/suggestions/${id}/${verb}`, { headers: as, json });

test("a measured suggestion is read with its evidence", async () => {
  const { id, itemIds } = await pending();
  const response = await harness.get(`/agent/suggestions/${id}`, headers);
  expect(response.status).toBe(200);
  const suggestion = await read(response);
  expect(suggestion.suggestions.map(({ item_id }) => item_id)).toEqual(itemIds);
  expect(suggestion.suggestions[0]?.evidence).toMatchObject({ basis: "measured" });
});

test("an unknown id is 404, an id that cannot be one 400", async () => {
  expect((await harness.get("/agent/suggestions/sugg-0000000000zz", headers)).status).toBe(404);
  const impossible = await harness.get("/agent/suggestions/1;drop", headers);
  expect(impossible.status).toBe(400);
  expect(await impossible.json()).toMatchObject({ errors: [{ location: "path", pointer: "id" }] });
});

test.each([
  ["GET", "", undefined],
  ["GET", "/log", undefined],
  ["GET", "/events", undefined],
  ["POST", "/approve", {}],
  ["POST", "/reject", { reason: "no" }],
  ["POST", "/feedback", { score: 1 }],
  ["POST", "/continue", {}],
  ["POST", "/revert", undefined],
  ["POST", "/keep", { reason: "why" }],
  ["POST", "/reapply", { reason: "why" }],
])("%s …%s knows no suggestion that is not there", async (method, below, json) => {
  const ask = (id: string) =>
    harness.call(method, `/agent/suggestions/${id}${below}`, {
      headers: admin,
      ...(json === undefined ? {} : { json }),
    });
  expect((await ask("sugg-0000000000zz")).status).toBe(404);
  expect((await ask("op-0123456789ab")).status).toBe(400);
});

test("lists are filtered by states, by comma or by repetition, and paged by cursor", async () => {
  const ids = [
    (await storeSuggestion(harness.db, { state: "expired" })).id,
    (await storeSuggestion(harness.db, { state: "no_gain" })).id,
    (await storeSuggestion(harness.db, { state: "expired" })).id,
  ];
  const list = (query: string) => harness.get(`/agent/suggestions${query}`, headers);
  const page = async (query: string) => SuggestionPage.parse(await (await list(query)).json());
  for (const query of ["?state=expired,no_gain", "?state=expired&state=no_gain"]) {
    const { items, next_cursor } = await page(query);
    expect(items.map(({ suggestion_id }) => suggestion_id).sort()).toEqual([...ids].sort());
    expect(next_cursor).toBeNull();
  }
  const first = await page("?state=expired,no_gain&limit=2");
  const rest = await page(`?state=expired,no_gain&limit=2&cursor=${first.next_cursor}`);
  const seen = [...first.items, ...rest.items].map(({ suggestion_id }) => suggestion_id);
  expect(seen.sort()).toEqual([...ids].sort());
  for (const query of ["?state=nonsense", "?limit=101", "?limit=0", "?cursor=%00"]) {
    expect((await list(query)).status).toBe(400);
  }
});

test("an approval counts for the items it names, and needs no body to count for all", async () => {
  const some = await pending();
  const named = await decide(some.id, "approve", { reason: "fine", item_ids: [some.itemIds[0]] });
  expect(named.status).toBe(200);
  const { state, suggestions, reviews } = await read(named);
  expect(state).toBe("approved");
  expect(suggestions.map(({ is_approved }) => is_approved)).toEqual([true, false]);
  expect(reviews).toMatchObject([{ verdict: "approved", reason: "fine" }]);
  const all = await pending();
  const bare = await harness.post(`/agent/suggestions/${all.id}/approve`, { headers });
  expect((await read(bare)).suggestions.map(({ is_approved }) => is_approved)).toEqual([
    true,
    true,
  ]);
});

test("what rests on too little of the workload is approved only by who says that they know", async () => {
  const evidence = evidenceOf([queryEvidenceOf("a", 0.9)]);
  const workload = { ...evidence.workload, coverage: 0.38 };
  const { id } = await storeSuggestion(harness.db, {
    ...{ state: "pending", candidates: [indexOn("status")] },
    evidence: [{ ...evidence, workload }],
  });
  const seen = await read(await harness.get(`/agent/suggestions/${id}`, headers));
  expect(seen.coverage).toEqual({ share: 0.38, required: 0.8, is_too_low: true });
  for (const body of [{}, { acknowledges_coverage: false }]) {
    const refused = await decide(id, "approve", body);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "coverage_too_low",
      details: { coverage: 0.38, required: 0.8 },
    });
  }
  expect((await decide(id, "approve", { acknowledges_coverage: "yes" })).status).toBe(400);
  expect((await read(await harness.get(`/agent/suggestions/${id}`, headers))).state).toBe(
    "pending",
  );
  const approved = await decide(id, "approve", { acknowledges_coverage: true });
  expect(approved.status).toBe(200);
  expect((await read(approved)).state).toBe("approved");
});

test("a command refuses fields it does not know, so that a misspelling decides nothing", async () => {
  const { id, itemIds } = await pending();
  const response = await decide(id, "approve", { reason: "fine", items: itemIds });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    errors: [{ location: "body", pointer: "/items", detail: "unknown field" }],
  });
  const { state } = await read(await harness.get(`/agent/suggestions/${id}`, headers));
  expect(state).toBe("pending");
});

test("a rejection needs a reason", async () => {
  const { id } = await pending();
  expect((await decide(id, "reject", {})).status).toBe(400);
  const response = await decide(id, "reject", { reason: "Not this week." });
  expect(await read(response)).toMatchObject({
    state: "rejected",
    reviews: [{ verdict: "rejected", reason: "Not this week." }],
  });
});

test("of two simultaneous decisions one wins and the other is told the present state", async () => {
  const { id } = await pending();
  const both = await Promise.all([
    decide(id, "approve", { reason: "yes" }),
    decide(id, "reject", { reason: "no" }, second),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  const refused = both.find(({ status }) => status === 409);
  expect(await refused?.json()).toMatchObject({
    code: "conflict",
    details: { state: expect.stringMatching(/^(approved|rejected)$/) },
  });
});

test("feedback is one word an identity: the later one stays", async () => {
  const { id } = await pending();
  await decide(id, "feedback", { score: 1, comment: "helped" });
  const response = await decide(id, "feedback", { score: -1 });
  expect(response.status).toBe(200);
  expect((await read(response)).feedback).toMatchObject([{ score: -1, comment: "" }]);
  expect((await decide(id, "feedback", { score: 5 })).status).toBe(400);
});
