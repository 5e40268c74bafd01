import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { suggestions } from "@/drizzle/schema";
import { Problem } from "@/server/contracts";
import { failProof } from "@/server/decisions";
import { AppError } from "@/server/platform";
import { ROUTES } from "./app";
import { createHarness, type Harness } from "./testing/harness";
import { storeObservedProduct } from "./testing/observed-product";
import { SPECIFIED_REQUEST } from "./testing/specified-request";

let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ settings: { REQUESTS_CONCURRENT_MAX: 4 } });
  headers = (await harness.person(["reviewer", "operator"])).headers;
});
afterAll(() => harness.drop());

test("a body over the limit is 413 and is not read to its end", async () => {
  const piece = new Uint8Array(64 * 1024).fill(32);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += piece.byteLength;
      if (sent > 10 * 1024 * 1024) controller.close();
      else controller.enqueue(piece);
    },
  });
  const { restApp } = await import("./app");
  const request = new Request("http://sidecar.test/agent/analyze", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  const response = await restApp.fetch(request, harness.services);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "too_large" });
  expect(sent).toBeLessThan(2 * 1024 * 1024);
});

test("a whole 10 MB body is 413 too", async () => {
  const text = " ".repeat(10_485_760);
  expect((await harness.post("/agent/analyze", { headers, text })).status).toBe(413);
});

test.each(["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])(
  "content type `%s` is 415",
  async (type) => {
    const sent = { ...headers, "content-type": type };
    const response = await harness.post("/agent/analyze", { headers: sent, text: "{}" });
    expect(response.status).toBe(415);
  },
);

test("JSON with a charset is JSON; a compressed body is 415; bytes that are no UTF-8 are 400", async () => {
  const send = (more: Record<string, string>, text = SPECIFIED_REQUEST) =>
    harness.post("/agent/analyze", { headers: { ...headers, ...more }, text });
  expect((await send({ "content-type": "application/json; charset=utf-8" })).status).toBe(200);
  expect((await send({ "content-encoding": "gzip" })).status).toBe(415);
  const request = new Request("http://sidecar.test/agent/analyze", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  expect((await harness.fetchChecked(request)).status).toBe(400);
});

test("a sane request id is kept, another one replaced; header and problem agree", async () => {
  const send = (id: string) =>
    harness.get("/agent/suggestions/sugg-0000000000zz", { ...headers, "x-request-id": id });
  const kept = await send("trace-1234");
  expect(kept.headers.get("x-request-id")).toBe("trace-1234");
  expect(await kept.json()).toMatchObject({ request_id: "trace-1234" });
  const replaced = await send("<script>");
  expect(replaced.headers.get("x-request-id")).toMatch(/^req-/);
});

test("answers are never cached, framed or sniffed", async () => {
  const response = await harness.get("/agent/capabilities", headers);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("another method is 405 and names the methods that would do; OPTIONS tells them", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    const refused = await harness.call(method, "/agent/health");
    expect(refused.status).toBe(405);
    expect(refused.headers.get("allow")).toBe("GET, OPTIONS");
    expect(Problem.parse(await refused.json())).toMatchObject({ detail: "Use GET." });
  }
  const options = await harness.call("OPTIONS", "/agent/analyze");
  expect(options.status).toBe(204);
  expect(options.headers.get("allow")).toBe("POST, OPTIONS");
});

test("HEAD answers like GET, without a body", async () => {
  const request = new Request("http://sidecar.test/agent/health", { method: "HEAD" });
  const { restApp } = await import("./app");
  const response = await restApp.fetch(request, harness.services);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("");
});

test.each(["GET", "POST", "DELETE"])(
  "%s of a path that is no route is 404 as a problem",
  async (method) => {
    const response = await harness.call(method, "/agent/x");
    expect(response.status).toBe(404);
    const { code, request_id } = Problem.parse(await response.json());
    expect(code).toBe("not_found");
    expect(request_id).toBe(response.headers.get("x-request-id"));
  },
);

test("one request more than the bound is 503 with Retry-After, and the bound frees itself", async () => {
  await storeObservedProduct(harness.db);
  const before = await harness.db.$count(suggestions);
  // Each waits for a proof that nobody runs.
  const running = Array.from({ length: 4 }, (_, index) => {
    const context = { query_patterns: [{ query: `SELECT ${index}`, frequency: 1 }] };
    const json = { operation_type: "schema_optimization", context };
    return harness.post("/agent/analyze?wait=60", { headers, json });
  });
  await vi.waitFor(async () => expect(await harness.db.$count(suggestions)).toBe(before + 4));
  const refused = await harness.get("/agent/capabilities", headers);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "overloaded" });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  for (const { id } of await harness.db.select({ id: suggestions.id }).from(suggestions)) {
    await failProof({
      ctx: harness.ctx,
      input: { suggestionId: id, error: new AppError("product_refused", "no") },
    });
  }
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  expect((await harness.get("/agent/capabilities", headers)).status).toBe(200);
});

const posts = ROUTES.map(({ declaration }) => declaration).filter(
  ({ method }) => method === "post",
);
/** These say that they ignore fields they do not know. */
const LENIENT = ["/agent/analyze", "/agent/message"];
/** Of the form that the path takes: the fields are what is asked about. */
const idFor = (path: string) => {
  if (path.includes("/operations/")) return "op-0123456789ab";
  return /\/(messages|conversations|notifications|webhooks)\//.test(path)
    ? "018f4e6a-7b1c-7d2e-8f3a-4b5c6d7e8f90"
    : "sugg-0123456789ab";
};

test.each(posts.map(({ path }) => path))(
  "%s takes a field named like a property every object has for what it is: unknown",
  async (path) => {
    const admin = (await harness.person(["admin"])).headers;
    for (const key of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
      const text = `{"suggestion_id": "sugg-0123456789ab", "${key}": ["x"]}`;
      const at = path.replace("{id}", idFor(path));
      const response = await harness.post(at, { headers: admin, text });
      expect(response.status).toBe(400);
      if (LENIENT.includes(path)) continue;
      const { errors } = Problem.parse(await response.json());
      expect(errors).toContainEqual({
        location: "body",
        pointer: `/${key}`,
        detail: "unknown field",
      });
    }
    const hidden = await harness.post(path.replace("{id}", idFor(path)), {
      headers: admin,
      text: `{"reason": "no", "nested": {"__proto__": {"a": 1}}}`,
    });
    expect(hidden.status).toBe(400);
  },
);
