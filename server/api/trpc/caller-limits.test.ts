import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { requestRates } from "@/drizzle/schema";
import type { Role } from "@/server/contracts";
import { createUser } from "@/server/identity";
import { sessionCookie } from "@/server/identity/testing/session-cookie";
import { createRoot, env, type Root, type Settings, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { handleTrpcRequest } from "./handle-request";

const SITE = "http://sidecar.test:9000";
let database: TestDatabase;
let root: Root;
let mine: string;
let theirs: string;

beforeAll(async () => {
  database = await createTestDatabase();
  root = createRoot("test", { db: database.db });
  limit({});
  [mine, theirs] = await Promise.all([person("rita", "reviewer"), person("vera", "viewer")]);
});
beforeEach(() => database.db.delete(requestRates));
afterAll(() => database.drop());

function limit(settings: Partial<Settings>): void {
  root.settings = { ...env(), ALLOWED_HOSTS: ["sidecar.test"], ...settings };
}

async function person(name: string, role: Exclude<Role, "data-product" | "agent">) {
  const email = `${name}@example.org`;
  const input = { email, name, password: "correct horse battery", roles: [role] };
  const user = await createUser({ ctx: systemContext(root, "test"), input });
  return sessionCookie({ ctx: root, input: { user_id: user.id } });
}

function ask(cookie: string, procedure = "session.me", body?: ReadableStream<Uint8Array>) {
  const type: Record<string, string> =
    body === undefined ? {} : { "content-type": "application/json" };
  const request = new Request(`${SITE}/api/trpc/${procedure}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { cookie, host: "sidecar.test:9000", origin: SITE, ...type },
    ...(body === undefined ? {} : { body, duplex: "half" }),
  } as RequestInit);
  return handleTrpcRequest(request, root);
}

const silent = () => new ReadableStream<Uint8Array>();

test("a person's requests a minute end in 429 as procedures tell it, with the time to wait", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 2 });
  expect([(await ask(mine)).status, (await ask(mine)).status]).toEqual([200, 200]);
  const refused = await ask(mine);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const { error } = await refused.json();
  expect(error.json.data).toMatchObject({ appCode: "rate_limited", details: { limit: 2 } });
  expect((await ask(theirs)).status).toBe(200);
});

test("a person's slow bodies take that person's places and end in 408", async () => {
  limit({ REQUESTS_CONCURRENT_PER_CALLER_MAX: 1, REQUEST_BODY_SECONDS_MAX: 0.5 });
  const slow = ask(mine, "suggestions.reject", silent());
  await vi.waitFor(async () => expect((await ask(mine)).status).toBe(429), { interval: 10 });
  expect((await ask(theirs)).status).toBe(200);
  expect((await slow).status).toBe(408);
  expect((await ask(mine)).status).toBe(200);
});

/** Reads until a text has come. */
async function until(response: Response, part: RegExp) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!part.test(text)) {
    const next = await reader?.read();
    if (next === undefined || next.done) throw new Error(`The stream ended without ${part}`);
    text += next.value;
  }
  return reader;
}

test("a person's event streams are bounded, and leave others theirs", async () => {
  limit({ EVENT_STREAMS_PER_CALLER_MAX: 1 });
  const first = await until(await ask(mine, "events.stream"), /ready/);
  await (await until(await ask(mine, "events.stream"), /rate_limited/))?.cancel();
  const other = await until(await ask(theirs, "events.stream"), /ready/);
  await first?.cancel();
  await vi.waitFor(async () => {
    await (await until(await ask(mine, "events.stream"), /ready/))?.cancel();
  });
  await other?.cancel();
});
