import { afterAll, beforeAll, expect, test } from "vitest";
import { ChangeKind, Suggestion } from "@/server/contracts";
import { openApiDocument, ROUTES } from "./app";
import { completeSuggestion } from "./testing/complete-suggestion";
import { expectMatchesShape } from "./testing/expect-matches-openapi";
import { createHarness, type Harness } from "./testing/harness";

const document = openApiDocument();
const operations = ROUTES.map(({ declaration }) => {
  const operation = document.paths?.[declaration.path]?.[declaration.method];
  if (operation === undefined) throw new Error(`${declaration.path} is not published`);
  return { ...declaration, operation };
});

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.drop());

test("the specification's five routes are published", () => {
  expect(document.paths?.["/agent/health"]?.get).toBeDefined();
  expect(document.paths?.["/agent/analyze"]?.post).toBeDefined();
  expect(document.paths?.["/agent/execute"]?.post).toBeDefined();
  expect(document.paths?.["/agent/message"]?.post).toBeDefined();
  expect(document.paths?.["/agent/capabilities"]?.get).toBeDefined();
});

test("the document is served as it is made, without a credential", async () => {
  const response = await harness.get("/openapi.json");
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
});

test("every reference leads somewhere and every operation id is used once", () => {
  const text = JSON.stringify(document);
  const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(document.components?.schemas).toHaveProperty(name);
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every shape is named once and used", () => {
  const text = JSON.stringify(document);
  const names = Object.keys(document.components?.schemas ?? {});
  expect(names).toEqual(
    expect.arrayContaining(["Suggestion", "SuggestionItem", "Operation", "Verdict", "Problem"]),
  );
  for (const name of names) expect(text).toContain(`"#/components/schemas/${name}"`);
});

test("named shapes never accept null themselves; fields that may be null say so", () => {
  const schemas = Object.entries(document.components?.schemas ?? {});
  for (const [name] of schemas) expect(() => expectMatchesShape(name, null), name).toThrow();
  const text = JSON.stringify(document);
  for (const name of ["Verdict", "MeasuredEvidence", "ProofProgress", "Verification"]) {
    const nullable = `{"anyOf":[{"$ref":"#/components/schemas/${name}"},{"type":"null"}]}`;
    expect(text).toContain(nullable);
  }
  expect(text).not.toMatch(/"allOf":\[\{"\$ref":"[^"]+"\},\{"type":\[[^\]]*"null"/);
});

test("the example of analyze keeps its four fields first in the published answer", () => {
  const suggestion = document.components?.schemas?.Suggestion;
  const properties =
    suggestion !== undefined && "properties" in suggestion ? suggestion.properties : {};
  expect(Object.keys(properties ?? {}).slice(0, 4)).toEqual([
    "suggestion_id",
    "suggestions",
    "confidence",
    "requires_approval",
  ]);
});

test("guarded operations name their permission and credentials, open ones none", () => {
  for (const { permission, operation } of operations) {
    expect(operation.security).toHaveLength(permission === null ? 0 : 3);
    if (permission !== null) expect(operation.description).toContain(`\`${permission}\``);
  }
});

test("every operation publishes 405 with Allow, and 401, 429 and 503 with what to do", () => {
  for (const { operationId, method, permission, limiter, operation } of operations) {
    const headersOf = (status: number) =>
      Object.keys(operation.responses?.[String(status)]?.headers ?? {});
    expect(headersOf(405), operationId).toContain("Allow");
    if (permission !== null) expect(headersOf(401), operationId).toContain("WWW-Authenticate");
    if (limiter !== "none") {
      for (const status of [429, 503]) {
        expect(headersOf(status), operationId).toContain("Retry-After");
      }
    }
    if (method === "post") expect(headersOf(409), operationId).toContain("Idempotent-Replayed");
  }
});

test("every kind of change, measured sets and findings fit the published document", () => {
  const suggestion = completeSuggestion();
  expectMatchesShape("Suggestion", suggestion);
  expect(Suggestion.parse(suggestion)).toEqual(suggestion);
  const kinds = new Set(suggestion.suggestions.map(({ type }) => type));
  expect([...kinds]).toEqual(ChangeKind.options);
});

test("wherever the document lists kinds of change, it lists all of them", () => {
  const lists = enumsOf(document).filter((each) => each.includes("add_index") && each.length > 1);
  expect(lists.length).toBeGreaterThan(0);
  for (const list of lists) expect(list).toEqual(ChangeKind.options);
  const words = enumsOf(document).flatMap((each) => (each.length === 1 ? each : []));
  expect(words).toEqual(expect.arrayContaining(ChangeKind.options));
});

test("a body that does not fit the published shape is noticed by these tests", () => {
  const broken = { ...completeSuggestion(), confidence: "high" };
  expect(() => expectMatchesShape("Suggestion", broken)).toThrow();
});

test("capabilities name every kind of change", async () => {
  const { headers } = await harness.person(["viewer"]);
  const response = await harness.get("/agent/capabilities", headers);
  expect(await response.json()).toMatchObject({ change_kinds: ChangeKind.options });
});

/** Every list of allowed words in a JSON document, however deep. */
function enumsOf(value: unknown): unknown[][] {
  if (typeof value !== "object" || value === null) return [];
  const own = "enum" in value && Array.isArray(value.enum) ? [value.enum] : [];
  return [...own, ...Object.values(value).flatMap(enumsOf)];
}
