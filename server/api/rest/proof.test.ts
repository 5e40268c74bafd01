import { afterAll, beforeAll, expect, test } from "vitest";
import { suggestionItems } from "@/drizzle/schema";
import { makeVerdict, ProofLog, Suggestion } from "@/server/contracts";
import { recordProofEvents } from "@/server/decisions/proof-log";
import { ACTORS, contextOf, indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: Record<string, string>;
beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["reviewer"])).headers;
});
afterAll(() => harness.drop());

/** Advice to decide on, beside a candidate that the time did not suffice for. */
async function withUntested(): Promise<string> {
  const { id } = await storeSuggestion(harness.db, {
    state: "pending",
    candidates: [indexOn("status")],
  });
  await harness.db.insert(suggestionItems).values({
    id: `item-${id.slice(5)}`,
    suggestionId: id,
    ordinal: 1,
    role: "alternative",
    candidate: indexOn("project_name"),
    verdict: makeVerdict("not_reached", "The time ended before it was measured."),
  });
  return id;
}

test("a proof is given more time once, for two minutes unless told", async () => {
  const id = await withUntested();
  const ask = (json?: unknown) =>
    harness.post(`/agent/suggestions/${id}/continue`, {
      headers,
      ...(json === undefined ? {} : { json }),
    });
  expect((await ask({ seconds: 1 })).status).toBe(400);
  const response = await ask();
  expect(response.status).toBe(202);
  expect(Suggestion.parse(await response.json())).toMatchObject({
    state: "pending",
    search: { is_running: true, untested_count: 1 },
  });
  expect((await ask()).status).toBe(409);
});

test("a proof is cancelled once; a body may be left out, and says nothing", async () => {
  const { id } = await storeSuggestion(harness.db, { state: "proving" });
  const cancel = (json?: unknown) =>
    harness.post(`/agent/suggestions/${id}/cancel`, {
      headers,
      ...(json === undefined ? {} : { json }),
    });
  expect((await cancel({ reason: "unknown field" })).status).toBe(400);
  const response = await cancel();
  expect(response.status).toBe(200);
  expect(Suggestion.parse(await response.json())).toMatchObject({ state: "cancelled" });
  expect((await cancel({})).status).toBe(409);
  const viewer = (await harness.person(["viewer"])).headers;
  const path = `/agent/suggestions/${id}/cancel`;
  expect((await harness.post(path, { headers: viewer })).status).toBe(403);
});

test("the log of a proof is read page by page", async () => {
  const { id } = await storeSuggestion(harness.db, { state: "proving" });
  const events = [1, 2, 3].map((at_ms) => ({ kind: "stopped" as const, at_ms, reason: "A test." }));
  const ctx = contextOf(harness.db, ACTORS.reviewer);
  await recordProofEvents({ ctx, input: { suggestionId: id, events } });
  const suggestion = await harness.get(`/agent/suggestions/${id}`, headers);
  const { links } = Suggestion.parse(await suggestion.json());
  const page = async (query: string) => {
    const response = await harness.get(`${links.log}${query}`, headers);
    expect(response.status).toBe(200);
    return ProofLog.parse(await response.json());
  };
  const first = await page("?limit=2");
  const rest = await page(`?after=${first.next_after}`);
  expect([...first.items, ...rest.items].map(({ event }) => event)).toEqual(events);
  expect(rest.next_after).toBeNull();
});

test("the log of an unknown suggestion is 404", async () => {
  const path = "/agent/suggestions/sugg-0000000000zz/log";
  expect((await harness.get(path, headers)).status).toBe(404);
});
