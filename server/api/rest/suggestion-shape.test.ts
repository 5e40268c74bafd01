import { afterAll, beforeAll, expect, test } from "vitest";
import { ChangeKind, Suggestion } from "@/server/contracts";
import { capabilitiesRoute, getSuggestionRoute } from "./routes";
import { CHANGES, completeSuggestion } from "./testing/complete-suggestion";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;
let headers: Record<string, string>;
beforeAll(async () => {
  harness = await createHarness({ getSuggestion: async () => completeSuggestion() });
  headers = (await harness.person(["viewer"])).headers;
});
afterAll(() => harness.drop());

test("every kind of change, measured sets and findings fit the published document", async () => {
  const params = { id: "sugg-0123456789ab" };
  // The harness holds every answer against the OpenAPI document.
  const response = await harness.send(getSuggestionRoute, { headers, params });
  expect(response.status).toBe(200);
  const body = Suggestion.parse(await response.json());
  expect(body).toEqual(completeSuggestion());
  expect(body.suggestions.map((item) => item.type)).toEqual(ChangeKind.options);
  expect(CHANGES.map((change) => change.kind)).toEqual(ChangeKind.options);
});

test("capabilities name every kind of change", async () => {
  const response = await harness.send(capabilitiesRoute, { headers });
  expect(await response.json()).toMatchObject({ change_kinds: ChangeKind.options });
});
