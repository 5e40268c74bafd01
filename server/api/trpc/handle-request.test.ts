import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sessions } from "@/drizzle/schema";
import { getSuggestion } from "@/server/decisions";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { createUser, endSession } from "@/server/identity";
import { sessionCookie } from "@/server/identity/testing/session-cookie";
import { createRoot, env, type Root, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { handleTrpcRequest } from "./handle-request";

const SITE = "http://sidecar.test:9000";
const BYTES_MAX = 20_000;
let database: TestDatabase;
let root: Root;
let cookie: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const settings = { ...env(), REQUEST_BYTES_MAX: BYTES_MAX, ALLOWED_HOSTS: ["sidecar.test"] };
  root = createRoot("test", { db: database.db, settings });
  const user = await createUser({
    ctx: systemContext(root, "test"),
    input: {
      email: "rita@example.org",
      name: "Rita",
      password: "correct horse battery",
      roles: ["reviewer"],
    },
  });
  cookie = await sessionCookie({ ctx: root, input: { user_id: user.id } });
});
afterAll(() => database.drop());

interface Sent {
  headers?: Record<string, string>;
  body?: BodyInit;
  method?: string;
}

function ask(procedure: string, { headers = {}, method = "POST", body }: Sent = {}) {
  const request = new Request(`${SITE}/api/trpc/${procedure}`, {
    method,
    headers: { cookie, host: "sidecar.test:9000", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return handleTrpcRequest(request, root);
}

const JSON_TYPE = { "content-type": "application/json" };

async function approve(headers: Record<string, string>, asForm = false) {
  const candidates = [indexOn("status")];
  const { id } = await storeSuggestion(database.db, { state: "pending", candidates });
  const text = JSON.stringify({ json: { suggestion_id: id, reason: "because" } });
  const form = new FormData();
  form.set("suggestion_id", id);
  const body = asForm ? form : text;
  const response = await ask("suggestions.approve", { headers, body });
  const ctx = systemContext(root, "test");
  const { state } = await getSuggestion({ ctx, input: { suggestion_id: id } });
  return { response, state };
}

test.each([
  ["Origin", { origin: SITE }],
  ["Sec-Fetch-Site", { "sec-fetch-site": "same-origin" }],
  ["both", { origin: SITE, "sec-fetch-site": "same-origin" }],
])("a page of ours may write: it is told by %s", async (_, headers) => {
  const { response, state } = await approve({ ...JSON_TYPE, ...headers } as Record<string, string>);
  expect(response.status).toBe(200);
  expect(state).toBe("approved");
});

test.each<[string, Record<string, string>]>([
  ["on another port", { origin: "http://sidecar.test:9001" }],
  ["on another scheme", { origin: "https://sidecar.test:9000" }],
  ["on a name that begins like ours", { origin: "http://sidecar.test:9000.evil.example" }],
  ["of another site", { origin: "https://evil.example" }],
  ["in a sandbox", { origin: "null" }],
  ["of the same site, another origin", { "sec-fetch-site": "same-site" }],
  ["of another site without Origin", { "sec-fetch-site": "cross-site" }],
  ["that claims our origin from another site", { origin: SITE, "sec-fetch-site": "same-site" }],
  ["that says nothing", {}],
])("a page %s decides nothing", async (_, headers) => {
  const { response, state } = await approve({ ...JSON_TYPE, ...headers });
  expect(response.status).toBe(403);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code: "forbidden" });
  expect(state).toBe("pending");
});

test.each(["text/plain", "application/x-www-form-urlencoded", "text/json", ""])(
  "a body sent as %j is refused, even from our own page",
  async (type) => {
    const { response, state } = await approve({ origin: SITE, "content-type": type });
    expect(response.status).toBe(415);
    expect(state).toBe("pending");
  },
);

test("a form is refused, even from our own page", async () => {
  const { response, state } = await approve({ origin: SITE }, true);
  expect(response.status).toBe(415);
  expect(state).toBe("pending");
});

test("reading takes no origin, and a write cannot be asked for by reading", async () => {
  expect((await ask("session.me", { method: "GET" })).status).toBe(200);
  const { id } = await storeSuggestion(database.db, { state: "pending" });
  const input = encodeURIComponent(JSON.stringify({ json: { suggestion_id: id } }));
  const asked = await ask(`suggestions.approve?input=${input}`, { method: "GET" });
  expect(asked.status).toBe(405);
});

test("a body over the limit is refused before it is read whole, whatever its length claims", async () => {
  const headers = { ...JSON_TYPE, origin: SITE };
  const big = JSON.stringify({ json: { reason: "x".repeat(BYTES_MAX) } });
  expect((await ask("suggestions.reject", { headers, body: big })).status).toBe(413);
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new Uint8Array(4096).fill(32));
    },
  });
  const request = new Request(`${SITE}/api/trpc/suggestions.reject`, {
    method: "POST",
    headers: { cookie, host: "sidecar.test:9000", ...headers },
    body: endless,
    duplex: "half",
  } as RequestInit);
  expect((await handleTrpcRequest(request, root)).status).toBe(413);
  expect(chunks).toBeLessThan(20);
});

test.each(["PUT", "DELETE", "PATCH", "OPTIONS"])(
  "%s is no method of procedures",
  async (method) => {
    const response = await ask("session.me", { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
  },
);

test("answers are framed, sniffed and kept by nobody, refusals too", async () => {
  const answers = [
    await ask("session.me", { method: "GET" }),
    await ask("no.such", { method: "GET" }),
    await ask("session.me", { method: "PUT" }),
  ];
  for (const { headers } of answers) {
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(headers.get("x-request-id")).toMatch(/^req-/);
  }
});

test("no request asks for more procedures than any page does", async () => {
  const many = Array.from({ length: 100 }, () => "session.me").join(",");
  expect((await ask(`${many}?batch=1`, { method: "GET" })).status).toBe(400);
});

test.each(["constructor", "__proto__", "toString"])(
  "a body with the key %s is an unknown field",
  async (key) => {
    const { id } = await storeSuggestion(database.db, { state: "pending" });
    const text = `{"json":{"suggestion_id":"${id}","reason":"no","${key}":["x"]}}`;
    const headers = { ...JSON_TYPE, origin: SITE };
    expect((await ask("suggestions.reject", { headers, body: text })).status).toBe(400);
    const ctx = systemContext(root, "test");
    const { state } = await getSuggestion({ ctx, input: { suggestion_id: id } });
    expect(state).toBe("pending");
  },
);

test("the pages' stream ends with an error when its session ends", async () => {
  const ctx = systemContext(root, "test");
  const input = { email: "leo@example.org", name: "L", password: "correct horse battery" };
  const leo = await createUser({ ctx, input: { ...input, roles: ["viewer"] } });
  const own = await sessionCookie({ ctx, input: { user_id: leo.id } });
  const response = await ask("events.stream", { method: "GET", headers: { cookie: own } });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (part: string) => {
    while (!text.includes(part)) {
      const next = await reader?.read();
      if (next === undefined || next.done) throw new Error(`The stream ended without ${part}`);
      text += next.value;
    }
  };
  await until("ready");
  const [session] = await database.db.select().from(sessions).where(eq(sessions.userId, leo.id));
  const ended = { session_id: session?.id ?? "", user_id: leo.id };
  await endSession({ ctx, input: ended });
  await until("unauthenticated");
  await reader?.cancel();
});
