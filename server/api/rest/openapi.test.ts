import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { createOpenApiDocument } from "./openapi";
import { ROUTES } from "./routes";

const document = createOpenApiDocument(ROUTES);

test("the specification's five routes are published", () => {
  expect(document.paths?.["/agent/health"]?.get).toBeDefined();
  expect(document.paths?.["/agent/analyze"]?.post).toBeDefined();
  expect(document.paths?.["/agent/execute"]?.post).toBeDefined();
  expect(document.paths?.["/agent/message"]?.post).toBeDefined();
  expect(document.paths?.["/agent/capabilities"]?.get).toBeDefined();
});

test.each(ROUTES.map(({ path }) => path))("%s has its file in the app folder", (path) => {
  const file = `app${path.replace(/\{(\w+)\}/g, "[$1]")}/route.ts`;
  expect(existsSync(file)).toBe(true);
});

test("every reference leads somewhere and every operation id is used once", () => {
  const text = JSON.stringify(document);
  const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? "");
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(document.components?.schemas).toHaveProperty(name);
  const ids = ROUTES.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every shape is named once and used", () => {
  const text = JSON.stringify(document);
  const names = Object.keys(document.components?.schemas ?? {});
  expect(names).toEqual(expect.arrayContaining(["Suggestion", "SuggestionItem", "Operation"]));
  for (const name of names) {
    expect(name).not.toMatch(/Output$/);
    expect(text).toContain(`"#/components/schemas/${name}"`);
  }
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
  for (const { path, method, permission } of ROUTES) {
    const operation = document.paths?.[path]?.[method === "GET" ? "get" : "post"];
    expect(operation?.security).toHaveLength(permission === null ? 0 : 3);
    if (permission !== null) expect(operation?.description).toContain(`\`${permission}\``);
  }
});
