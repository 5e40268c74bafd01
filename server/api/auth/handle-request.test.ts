import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditEvents, sessions, signInAttempts } from "@/drizzle/schema";
import { createUser, deactivateUser, type User } from "@/server/identity";
import { createRoot, env, type Root, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { handleTrpcRequest } from "../trpc/handle-request";
import { handleAuthRequest } from "./handle-request";

const SITE = "http://sidecar.test:9000";
const EMAIL = "rita@example.org";
const PASSWORD = "correct horse battery";
let database: TestDatabase;
let root: Root;
let rita: User;
beforeAll(async () => {
  database = await createTestDatabase();
  root = createRoot("test", { db: database.db, settings: { ...env(), PUBLIC_URL: undefined } });
  const input = { email: EMAIL, name: "Rita", password: PASSWORD, roles: ["reviewer" as const] };
  rita = await createUser({ ctx: systemContext(root, "test"), input });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.db.delete(signInAttempts);
});

/** A browser: it keeps the cookies it is given, and sends the headers that browsers send. */
function browser() {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  async function send(path: string, init: RequestInit = {}) {
    const headers = new Headers({ host: "sidecar.test:9000", cookie: cookie(), ...init.headers });
    if (init.method === "POST" && !headers.has("origin")) headers.set("origin", SITE);
    const request = new Request(`${SITE}/api/auth/${path}`, { ...init, headers });
    const response = await handleAuthRequest(request, root);
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }
  async function post(path: string, fields: Record<string, string>, headers = {}) {
    const { csrfToken } = await (await send("csrf")).json();
    const body = new URLSearchParams({ csrfToken, json: "true", ...fields });
    return send(path, { method: "POST", body, headers });
  }
  const signIn = (fields: Record<string, string> = {}, headers = {}) =>
    post("callback/credentials", { email: EMAIL, password: PASSWORD, ...fields }, headers);
  return { send, post, signIn, signOut: () => post("signout", {}), cookie };
}

/** Who a page believes this cookie to be. */
async function whoIs(cookie: string): Promise<number> {
  const headers = { cookie, host: "sidecar.test:9000" };
  const request = new Request(`${SITE}/api/trpc/session.me`, { headers });
  return (await handleTrpcRequest(request, root)).status;
}

test("a person signs in, is known by the cookie, and signs out; a copied cookie dies with that", async () => {
  const { signIn, signOut, send, cookie } = browser();
  const answer = await signIn();
  expect(answer.status).toBe(200);
  const copy = cookie();
  expect(await whoIs(copy)).toBe(200);
  expect(await (await send("session")).json()).toMatchObject({
    user: { id: rita.id, email: EMAIL },
  });
  expect((await signOut()).status).toBe(200);
  expect(cookie()).not.toContain("session-token");
  expect(await whoIs(copy)).toBe(401);
  const thief = browser();
  const again = await thief.send("session", { headers: { cookie: copy } });
  expect(await again.json()).toEqual({});
  const [row] = await database.db.select().from(sessions).where(eq(sessions.userId, rita.id));
  expect(row?.endedAt).not.toBeNull();
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, row?.id ?? ""));
  expect(audit.map(({ action }) => action)).toEqual(["session.start", "session.end"]);
});

test("signing out ends one session, not the person's others", async () => {
  const [desk, phone] = [browser(), browser()];
  await desk.signIn();
  await phone.signIn();
  await desk.signOut();
  expect(await whoIs(phone.cookie())).toBe(200);
});

test("a session lasts twelve hours at most, however often it is used", async () => {
  const { signIn, cookie, send } = browser();
  await signIn();
  await database.db.update(sessions).set({ expiresAt: new Date(Date.now() - 1000) });
  expect(await whoIs(cookie())).toBe(401);
  expect(await (await send("session")).json()).toEqual({});
});

test("a person who was shut out has no session left", async () => {
  const input = { email: "gone@example.org", name: "G", password: PASSWORD, roles: [] };
  const ctx = systemContext(root, "test");
  const gone = await createUser({ ctx, input });
  const { signIn, cookie } = browser();
  await signIn({ email: gone.email });
  expect(await whoIs(cookie())).toBe(200);
  await deactivateUser({ ctx, input: { user_id: gone.id } });
  expect(await whoIs(cookie())).toBe(401);
  const isHers = eq(sessions.userId, gone.id);
  const [row] = await database.db.select().from(sessions).where(isHers);
  expect(row?.endedAt).not.toBeNull();
});

test("a wrong password is a problem, with the address that the sign-in page's client reads", async () => {
  const response = await browser().signIn({ password: "wrong password" });
  expect(response.status).toBe(401);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await response.json();
  expect(problem).toMatchObject({
    code: "unauthenticated",
    detail: "Incorrect email or password.",
  });
  expect(new URL(problem.url).searchParams.get("error")).toBe("CredentialsSignin");
  expect(new URL(problem.url).origin).toBe(SITE);
});

test("after too many failures the answer says when to come back", async () => {
  const { signIn } = browser();
  for (let turn = 0; turn < 5; turn += 1) await signIn({ password: "wrong password" });
  const response = await signIn();
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("1");
  const problem = await response.json();
  expect(problem).toMatchObject({ code: "rate_limited" });
  expect(new URL(problem.url).searchParams.get("error")).toBe("rate_limited");
});

test("forms that trickle in end in 408, and take their own network's places only", async () => {
  const { settings } = root;
  const limits = { REQUESTS_CONCURRENT_PER_CALLER_MAX: 1, REQUEST_BODY_SECONDS_MAX: 0.5 };
  root.settings = { ...settings, ...limits };
  const from = (address: string) => ({ "x-forwarded-for": address });
  const slow = browser().send("callback/credentials", {
    method: "POST",
    headers: { ...from("203.0.113.7"), "content-type": "application/x-www-form-urlencoded" },
    body: new ReadableStream<Uint8Array>(),
    duplex: "half",
  } as RequestInit);
  const ask = async (address: string) =>
    (await browser().send("csrf", { headers: from(address) })).status;
  expect([await ask("203.0.113.7"), await ask("203.0.113.8")]).toEqual([429, 200]);
  expect((await slow).status).toBe(408);
  expect(await ask("203.0.113.7")).toBe(200);
  root.settings = settings;
});

test("failures are counted by the address the web server saw", async () => {
  const from = (address: string) => ({ "x-forwarded-for": address });
  const { signIn } = browser();
  for (let turn = 0; turn < 5; turn += 1) {
    await signIn({ password: "wrong password" }, from("203.0.113.1"));
  }
  expect((await signIn({}, from("203.0.113.1"))).status).toBe(429);
  expect((await signIn({}, from("203.0.113.2"))).status).toBe(200);
});

test.each(["email", "password"])("a NUL in the %s is 400", async (field) => {
  const response = await browser().signIn({ [field]: "a\0b@example.org" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: "invalid_input" });
});

test("a sign-in or sign-out from another site's page is refused", async () => {
  const { signIn, post, cookie } = browser();
  const foreign = [
    { origin: "http://sidecar.test:9001" },
    { origin: "https://evil.example" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) expect((await signIn({}, headers)).status).toBe(403);
  await signIn();
  for (const headers of foreign) expect((await post("signout", {}, headers)).status).toBe(403);
  expect(await whoIs(cookie())).toBe(200);
});

test("without the CSRF token nobody is signed in", async () => {
  const { signIn, cookie } = browser();
  const response = await signIn({ csrfToken: "guessed" });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: "forbidden" });
  expect(cookie()).not.toContain("session-token");
});

test("what next-auth has no answer for is a problem, not a page of its own", async () => {
  const { send, post } = browser();
  const answers = [
    await send("no-such-action"),
    await send("callback/credentials/%00"),
    await post("callback/github", {}),
    await send("session", { method: "PUT" }),
    await send("callback/credentials", { method: "POST", body: "{", headers: JSON_TYPE }),
    await send("callback/credentials", { method: "POST", body: "[1]", headers: JSON_TYPE }),
    await send("callback/credentials", { method: "POST", body: "x", headers: TEXT_TYPE }),
    await send("callback/credentials", { method: "POST", body: "x".repeat(20_000), headers: FORM }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 405, 400, 400, 415, 413]);
  for (const { headers } of answers) {
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-request-id")).toMatch(/^req-/);
  }
});
const JSON_TYPE = { "content-type": "application/json" };
const TEXT_TYPE = { "content-type": "text/plain" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };

test("the addresses it leads to are our own, whatever host a header claims", async () => {
  const { send } = browser();
  const response = await send("providers", { headers: { "x-forwarded-host": "evil.example" } });
  expect(await response.text()).not.toContain("evil.example");
  const page = await send("signin?callbackUrl=https%3A%2F%2Fevil.example%2F");
  const location = page.headers.get("location") ?? "";
  expect(new URL(location, SITE).origin).toBe(SITE);
  expect(new URL(location, SITE).searchParams.get("callbackUrl")).not.toContain("evil.example");
});
