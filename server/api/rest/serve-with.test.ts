import { afterAll, beforeAll, expect, test } from "vitest";
import { Problem } from "@/server/contracts";
import { getSuggestionRoute, healthRoute } from "./routes";
import { serveNotFound, serveWith } from "./serve-with";
import { exampleSuggestion } from "./testing/examples";
import { createHarness, type Harness } from "./testing/harness";

let harness: Harness;

beforeAll(async () => {
  harness = await createHarness({
    getSuggestion: async ({ input }) => exampleSuggestion(input),
  });
});
afterAll(() => harness.drop());

const request = (path: string, method = "GET", headers = {}) =>
  new Request(`http://sidecar.test${path}`, { method, headers });
const without = { params: Promise.resolve(undefined) };

test("a path without parameters is served (Next.js gives none at all)", async () => {
  const { GET } = serveWith(() => harness.services, { GET: healthRoute });
  expect((await GET(request("/agent/health"), without)).status).toBe(200);
});

test("a path's parameters reach the verb", async () => {
  const { GET } = serveWith(() => harness.services, { GET: getSuggestionRoute });
  const headers = await harness.machine("data-product", "duckdb-spawn");
  const params = Promise.resolve({ id: "sugg-abcdef" });
  const response = await GET(request("/agent/suggestions/sugg-abcdef", "GET", headers), { params });
  expect(await response.json()).toMatchObject({ suggestion_id: "sugg-abcdef" });
});

test("another method is 405 and names the methods that would do", async () => {
  const { POST, OPTIONS } = serveWith(() => harness.services, { GET: healthRoute });
  const refused = await POST(request("/agent/health", "POST"), without);
  expect(refused.status).toBe(405);
  expect(refused.headers.get("allow")).toBe("GET, OPTIONS");
  expect(Problem.parse(await refused.json())).toMatchObject({ detail: "Use GET." });
  const options = await OPTIONS(request("/agent/health", "OPTIONS"), without);
  expect(options.headers.get("allow")).toBe("GET, OPTIONS");
});

test("a path that is no route is 404 as a problem, with a request id", async () => {
  const response = await serveNotFound().DELETE(request("/agent/x", "DELETE"), without);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const { code, request_id } = Problem.parse(await response.json());
  expect(code).toBe("not_found");
  expect(request_id).toBe(response.headers.get("x-request-id"));
});
