import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ERROR_CODES, PROBLEMS, type Suggestion } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { toProblem } from "./problem";
import {
  analyzeRoute,
  approveSuggestionRoute,
  capabilitiesRoute,
  executeRoute,
  getOperationRoute,
  getSuggestionRoute,
  listSuggestionsRoute,
  revertRoute,
} from "./routes";
import { exampleOperation, exampleSuggestion } from "./testing/examples";
import { createHarness, type Harness } from "./testing/harness";

const analyze = vi.fn(async (): Promise<Suggestion> => exampleSuggestion());
const approveSuggestion = vi.fn(async () => exampleSuggestion({ state: "approved" }));
const listSuggestions = vi.fn(async () => ({ items: [], next_cursor: null }));
const requestRevert = vi.fn(async () => exampleOperation({ kind: "revert" }));
const json = { operation_type: "schema_optimization", context: {} };
const params = { id: "sugg-0123456789ab" };
let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({
    analyze,
    approveSuggestion,
    listSuggestions,
    requestRevert,
    requestExecution: async ({ input }) => {
      if (input.suggestion_id === params.id) return exampleOperation();
      throw new AppError("not_approved", "It is not approved.");
    },
    getSuggestion: async () => {
      throw new AppError("not_found", "There is no such suggestion.");
    },
    getOperation: async () => exampleOperation(),
  });
  headers = (await harness.person(["reviewer", "operator"])).headers;
});
afterAll(() => harness.drop());

test("a body over the limit is 413 and is not read to its end", async () => {
  const piece = new Uint8Array(64 * 1024).fill(32);
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += piece.byteLength;
      if (sent > 10 * 1024 * 1024) controller.close();
      else controller.enqueue(piece);
    },
  });
  const request = new Request("http://sidecar.test/agent/analyze", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: stream,
    duplex: "half",
  } as RequestInit);
  const { handleRoute } = await import("./handle-route");
  const response = await handleRoute(analyzeRoute, request, {}, harness.services);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "too_large" });
  expect(sent).toBeLessThan(2 * 1024 * 1024);
});

test("a whole 10 MB body is 413 too", async () => {
  const response = await harness.send(analyzeRoute, { headers, text: " ".repeat(10_485_760) });
  expect(response.status).toBe(413);
});

test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])(
  "content type `%s` is 415",
  async (type) => {
    const sent = { ...headers, "content-type": type };
    const response = await harness.send(analyzeRoute, { headers: sent, text: "{}" });
    expect(response.status).toBe(415);
  },
);

test("JSON with a charset is JSON", async () => {
  const sent = { ...headers, "content-type": "application/json; charset=utf-8" };
  expect((await harness.send(analyzeRoute, { headers: sent, json })).status).toBe(200);
});

test("a command refuses fields it does not know, so that a misspelling decides nothing", async () => {
  approveSuggestion.mockClear();
  const body = { reason: "fine", items: ["item-0123456789ab"] };
  const response = await harness.send(approveSuggestionRoute, { headers, params, json: body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    errors: [{ location: "body", pointer: "/items", detail: "unknown field" }],
  });
  expect(approveSuggestion).not.toHaveBeenCalled();
});

test("commands whose fields are all optional need no body", async () => {
  expect((await harness.send(approveSuggestionRoute, { headers, params })).status).toBe(200);
  const reverted = await harness.send(revertRoute, { headers, params });
  expect(reverted.status).toBe(202);
  expect(reverted.headers.get("location")).toBe("/agent/operations/op-0123456789ab");
});

test("execute answers 202 with an operation to follow; what is not approved is 409", async () => {
  const accepted = await harness.send(executeRoute, {
    headers,
    json: { suggestion_id: params.id },
  });
  expect(accepted.status).toBe(202);
  const location = accepted.headers.get("location") ?? "";
  const id = location.split("/").at(-1) ?? "";
  expect((await harness.send(getOperationRoute, { headers, params: { id } })).status).toBe(200);
  const other = { headers, json: { suggestion_id: "sugg-unapproved" } };
  const refused = await harness.send(executeRoute, other);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: "not_approved" });
});

test("an unknown id is 404, an id that cannot be one 400", async () => {
  const read = (id: string) => harness.send(getSuggestionRoute, { headers, params: { id } });
  expect((await read(params.id)).status).toBe(404);
  expect((await read("1;drop")).status).toBe(400);
});

test("states are listed by comma or by repetition; unknown ones are refused", async () => {
  const list = (query: string) => harness.send(listSuggestionsRoute, { headers, query });
  for (const query of ["?state=pending,approved", "?state=pending&state=approved"]) {
    expect((await list(`${query}&limit=5`)).status).toBe(200);
    const input = { state: ["pending", "approved"], limit: 5 };
    expect(listSuggestions).toHaveBeenLastCalledWith(expect.objectContaining({ input }));
  }
  expect((await list("?state=nonsense")).status).toBe(400);
  expect((await list("?limit=101")).status).toBe(400);
  expect((await list("?cursor=%00")).status).toBe(400);
});

test("a sane request id is kept, another one replaced; header and problem agree", async () => {
  const send = (id: string) =>
    harness.send(getSuggestionRoute, { headers: { ...headers, "x-request-id": id }, params });
  const kept = await send("trace-1234");
  expect(kept.headers.get("x-request-id")).toBe("trace-1234");
  expect(await kept.json()).toMatchObject({ request_id: "trace-1234" });
  const replaced = await send("<script>");
  expect(replaced.headers.get("x-request-id")).toMatch(/^req-/);
});

test("answers are never cached, framed or sniffed", async () => {
  const response = await harness.send(capabilitiesRoute, { headers });
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("one request more than the bound is 503 with Retry-After, and the bound frees itself", async () => {
  let finish = () => {};
  const held = new Promise<Suggestion>((resolve) => {
    finish = () => resolve(exampleSuggestion());
  });
  analyze.mockImplementation(() => held);
  const started = analyze.mock.calls.length;
  const running = Array.from({ length: 4 }, () => harness.send(analyzeRoute, { headers, json }));
  await vi.waitFor(() => expect(analyze.mock.calls.length).toBe(started + 4));
  const refused = await harness.send(capabilitiesRoute, { headers });
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  finish();
  await Promise.all(running);
  expect((await harness.send(capabilitiesRoute, { headers })).status).toBe(200);
});

test.each(ERROR_CODES)("%s has its documented status", (code) => {
  const problem = toProblem(new AppError(code, "why"), "req-1", "/agent/x");
  expect(problem.status).toBe(PROBLEMS[code].status);
  expect(JSON.parse(problem.text)).toMatchObject({ code, status: PROBLEMS[code].status });
});
