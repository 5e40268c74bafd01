import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { agentDecisions, suggestions } from "@/drizzle/schema";
import type { Suggestion } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { analyzeRoute } from "./routes";
import { exampleSuggestion } from "./testing/examples";
import { createHarness, type Harness } from "./testing/harness";

/** The request of the specification's example, copied from it. */
const SPECIFIED_REQUEST = `{
  "operation_type": "schema_optimization",
  "context": {
    "table_name": "projects",
    "query_patterns": [
      {"query": "SELECT * FROM projects WHERE status = ?", "frequency": 120},
      {"query": "SELECT * FROM projects WHERE creation_date > ?", "frequency": 45}
    ],
    "current_schema": [
      {"name": "project_id", "type": "UUID", "indexed": true},
      {"name": "project_name", "type": "VARCHAR", "indexed": false},
      {"name": "status", "type": "VARCHAR", "indexed": false},
      {"name": "creation_date", "type": "DATE", "indexed": false}
    ]
  }
}`;

const analyze = vi.fn(async (): Promise<Suggestion> => exampleSuggestion());
const waitForSuggestion = vi.fn(async (): Promise<Suggestion> => exampleSuggestion());
let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ analyze, waitForSuggestion });
  headers = await harness.machine("data-product", "duckdb-spawn");
});
afterAll(() => harness.drop());
beforeEach(() => {
  vi.clearAllMocks();
});

test("the specification's example is accepted byte for byte and answered in its shape", async () => {
  const response = await harness.send(analyzeRoute, { headers, text: SPECIFIED_REQUEST });
  expect(response.status).toBe(200);
  expect(Object.keys(await response.json()).slice(0, 4)).toEqual([
    "suggestion_id",
    "suggestions",
    "confidence",
    "requires_approval",
  ]);
  expect(analyze).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ input: JSON.parse(SPECIFIED_REQUEST) }),
  );
});

test("a caller may set the proof's time, within what a day holds", async () => {
  const ask = (budget_seconds: number) => {
    const json = { operation_type: "schema_optimization", context: { budget_seconds } };
    return harness.send(analyzeRoute, { headers, json });
  };
  expect((await ask(30)).status).toBe(200);
  expect(analyze).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      input: expect.objectContaining({ context: { budget_seconds: 30 } }),
    }),
  );
  expect((await ask(0)).status).toBe(400);
  expect((await ask(86_401)).status).toBe(400);
});

test("a proof that still runs is 202 with the place to look", async () => {
  analyze.mockResolvedValueOnce(exampleSuggestion({ state: "proving" }));
  const response = await harness.send(analyzeRoute, { headers, text: SPECIFIED_REQUEST });
  expect(response.status).toBe(202);
  expect(response.headers.get("location")).toBe("/agent/suggestions/sugg-0123456789ab");
  expect(waitForSuggestion).not.toHaveBeenCalled();
});

test("wait= waits for the proof with that many seconds", async () => {
  analyze.mockResolvedValueOnce(exampleSuggestion({ state: "proving" }));
  const response = await harness.send(analyzeRoute, {
    headers,
    text: SPECIFIED_REQUEST,
    query: "?wait=7",
  });
  expect(response.status).toBe(200);
  expect(waitForSuggestion).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ input: { suggestion_id: "sugg-0123456789ab", seconds: 7 } }),
  );
});

test.each(["121", "-1", "1.5", "1e1", "x", ""])("wait=%s is refused", async (wait) => {
  const response = await harness.send(analyzeRoute, {
    headers,
    text: SPECIFIED_REQUEST,
    query: `?wait=${wait}`,
  });
  expect(response.status).toBe(400);
  expect(analyze).not.toHaveBeenCalled();
});

const withTable = (table_name: string) => ({
  operation_type: "schema_optimization",
  context: { table_name },
});

test.each([
  ["SQL in a table name", { json: withTable("projects; DROP TABLE projects; --") }],
  ["a quoted table name", { json: withTable('"projects"') }],
  ["malformed JSON", { text: '{"operation_type": ' }],
  ["no body", {}],
  ["an unknown operation type", { json: { operation_type: "drop_everything", context: {} } }],
  ["NUL in a query", { text: SPECIFIED_REQUEST.replace("SELECT *", "SELECT \\u0000") }],
  ["an unpaired surrogate", { text: SPECIFIED_REQUEST.replace("SELECT *", "\\ud800") }],
  ["nesting without end", { text: `${"[".repeat(5000)}${"]".repeat(5000)}` }],
  ["a negative frequency", { text: SPECIFIED_REQUEST.replace("120", "-120") }],
])("%s is 400 and reaches no verb and no table", async (_, send) => {
  const response = await harness.send(analyzeRoute, { headers, ...send });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_input" });
  expect(analyze).not.toHaveBeenCalled();
  expect(await harness.db.$count(suggestions)).toBe(0);
  expect(await harness.db.$count(agentDecisions)).toBe(0);
});

test("every fault is named with its place", async () => {
  const json = { operation_type: "x", context: { query_patterns: [{ query: "", frequency: 1 }] } };
  const response = await harness.send(analyzeRoute, { headers, json });
  const { errors } = await response.json();
  expect(errors).toMatchObject([
    { location: "body", pointer: "/operation_type" },
    { location: "body", pointer: "/context/query_patterns/0/query" },
  ]);
});

test("unknown fields of an observation are ignored", async () => {
  const json = { ...JSON.parse(SPECIFIED_REQUEST), extra: { anything: 1 } };
  const response = await harness.send(analyzeRoute, { headers, json });
  expect(response.status).toBe(200);
  expect(analyze).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ input: JSON.parse(SPECIFIED_REQUEST) }),
  );
});

test("an unexpected error tells the caller its request id and nothing else", async () => {
  harness.services.log.level = "silent";
  analyze.mockRejectedValueOnce(new Error("password=hunter2 in table users"));
  const response = await harness.send(analyzeRoute, { headers, text: SPECIFIED_REQUEST });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).not.toContain("hunter2");
  expect(JSON.parse(text).request_id).toBe(response.headers.get("x-request-id"));
});

test("misconfiguration is not explained to callers", async () => {
  const error = new AppError("misconfigured", "AUTH_SECRET is short", { details: { a: 1 } });
  analyze.mockRejectedValueOnce(error);
  const response = await harness.send(analyzeRoute, { headers, text: SPECIFIED_REQUEST });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toMatch(/AUTH_SECRET|details/);
});
