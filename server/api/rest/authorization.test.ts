import { eq } from "drizzle-orm";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, UnsecuredJWT } from "jose";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiKeys } from "@/drizzle/schema";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import {
  deactivateUser,
  issueServiceToken,
  issueUserToken,
  revokeApiKey,
  setUserRoles,
  trustProduct,
} from "@/server/identity";
import { beginSession, sessionCookie } from "@/server/identity/testing/session-cookie";
import { env } from "@/server/platform";
import { ROUTES } from "./app";
import { craftToken, createHarness, type Harness } from "./testing/harness";

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.drop());

const list = (headers: Record<string, string>) => harness.get("/agent/suggestions", headers);

/** Approves, or rejects, a suggestion of its own that waits for a decision. */
async function decide(headers: Record<string, string>, verb: "approve" | "reject" = "approve") {
  const candidates = [indexOn("status")];
  const { id } = await storeSuggestion(harness.db, { state: "pending", candidates });
  const json = { reason: "because" };
  return harness.post(`/agent/suggestions/${id}/${verb}`, { headers, json });
}

const guarded = ROUTES.map(({ declaration }) => declaration).filter(
  ({ permission }) => permission !== null,
);
test.each(guarded.map(({ method, path }) => [method.toUpperCase(), path] as const))(
  "%s %s without a credential is 401 and says how",
  async (method, path) => {
    const response = await harness.call(method, path.replace("{id}", "sugg-0123456789ab"));
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
  },
);

const now = () => Math.floor(Date.now() / 1000);
test("a token that a product signed with its own secret is that product's", async () => {
  expect((await list(await craftToken({}))).status).toBe(200);
});

test.each([
  ["expired", () => craftToken({ exp: now() - 60 })],
  ["for another audience", () => craftToken({ aud: "other" })],
  ["of another issuer", () => craftToken({ iss: "other" })],
  ["of the sidecar by its issuer", () => craftToken({ iss: "agentic-sidecar" })],
  ["signed with another key", () => craftToken({}, "x".repeat(40))],
  ["without expiry", () => craftToken({ exp: undefined })],
  ["of an unknown kind", () => craftToken({ kind: "system" })],
  ["without subject", () => craftToken({ sub: undefined })],
  ["of a user nobody knows", () => craftToken({ sub: crypto.randomUUID(), kind: "user" })],
  ["of a user id that is no id", () => craftToken({ sub: "' or 1=1", kind: "user" })],
])("a token %s is 401", async (_, make) => {
  const response = await list(await make());
  expect(response.status).toBe(401);
});

test("an unsigned token (alg none) is 401", async () => {
  const token = new UnsecuredJWT({ kind: "data-product" })
    .setSubject("p")
    .setIssuer("agentic-sidecar")
    .setAudience("agentic-sidecar")
    .setExpirationTime("1m")
    .encode();
  expect((await list({ authorization: `Bearer ${token}` })).status).toBe(401);
});

test.each(["Basic abc", "Bearer", "Bearer a b", "Bearer not-a-token"])(
  "Authorization `%s` is 401",
  async (authorization) => {
    expect((await list({ authorization })).status).toBe(401);
  },
);

test("a token for a connector is not accepted here", async () => {
  const input = { subject: "a", audience: "duckdb-spawn", ttl_seconds: 60 };
  const token = await issueServiceToken({ ctx: harness.ctx, input });
  expect((await list({ authorization: `Bearer ${token}` })).status).toBe(401);
});

test("a role without the permission is 403, a role with it passes", async () => {
  const viewer = await harness.person(["viewer"]);
  const reviewer = await harness.person(["reviewer"]);
  expect((await list(viewer.headers)).status).toBe(200);
  expect((await decide(viewer.headers)).status).toBe(403);
  expect((await decide(reviewer.headers)).status).toBe(200);
  const { id } = await storeSuggestion(harness.db, { state: "approved" });
  const execute = { headers: reviewer.headers, json: { suggestion_id: id } };
  expect((await harness.post("/agent/execute", execute)).status).toBe(403);
});

test("no machine can approve or reject, whatever it holds", async () => {
  const machines = [
    await harness.machine("data-product", "duckdb-spawn"),
    await harness.machine("agent", "agent-duckdb-spawn-1"),
    (await harness.apiKey(["suggestion.read", "operation.execute"])).headers,
  ];
  // A scope that createApiKey refuses, forced into the table.
  const forced = await harness.apiKey(["suggestion.read"]);
  await harness.db
    .update(apiKeys)
    .set({ scopes: ["suggestion.read", "suggestion.decide"] })
    .where(eq(apiKeys.id, forced.apiKey.id));
  for (const headers of [...machines, forced.headers]) {
    expect((await decide(headers)).status).toBe(403);
    expect((await decide(headers, "reject")).status).toBe(403);
  }
});

test("an API key does what its scopes say and no more, in either header", async () => {
  const { key, headers } = await harness.apiKey(["suggestion.read"]);
  expect((await list(headers)).status).toBe(200);
  expect((await list({ authorization: `Bearer ${key}` })).status).toBe(200);
  expect((await harness.get("/agent/capabilities", headers)).status).toBe(403);
});

test("a revoked, an expired and a made-up API key are 401", async () => {
  const revoked = await harness.apiKey(["suggestion.read"]);
  await revokeApiKey({ ctx: harness.ctx, input: { api_key_id: revoked.apiKey.id } });
  expect((await list(revoked.headers)).status).toBe(401);
  const expired = await harness.apiKey(["suggestion.read"], new Date(Date.now() - 1000));
  expect((await list(expired.headers)).status).toBe(401);
  expect((await list({ "x-api-key": `ask_${"A".repeat(43)}` })).status).toBe(401);
  expect((await list({ "x-api-key": "" })).status).toBe(401);
});

test("taking a role or the account away counts from the next request", async () => {
  const { user, headers } = await harness.person(["reviewer"]);
  expect((await decide(headers)).status).toBe(200);
  await setUserRoles({ ctx: harness.ctx, input: { user_id: user.id, roles: ["viewer"] } });
  expect((await decide(headers)).status).toBe(403);
  await deactivateUser({ ctx: harness.ctx, input: { user_id: user.id } });
  expect((await list(headers)).status).toBe(401);
});

test("a person's session cookie is a credential, but not for a call from another site", async () => {
  const { user } = await harness.person(["reviewer"]);
  const own = await sessionCookie({ ctx: harness.ctx, input: { user_id: user.id } });
  const token = own.slice(own.indexOf("=") + 1);
  const cookie = `other=1; ${own}`;
  const origin = "http://sidecar.test";
  expect((await decide({ cookie, origin })).status).toBe(200);
  expect((await decide({ cookie, "sec-fetch-site": "cross-site" })).status).toBe(401);
  const half = token.length / 2;
  const parts = [token.slice(0, half), token.slice(half)];
  const chunked = parts.map((part, i) => `next-auth.session-token.${i}=${part}`).join("; ");
  expect((await decide({ cookie: chunked, origin })).status).toBe(200);
  const broken = `next-auth.session-token=${token}x`;
  expect((await decide({ cookie: broken, origin })).status).toBe(401);
});

test("a product's secret makes no reviewer: neither a token nor a session cookie decides", async () => {
  const { user, headers } = await harness.person(["reviewer"]);
  const secret = env().AUTH_SECRET ?? "";
  const sid = await beginSession(harness.ctx, user.id);
  const cookie = await encode({ token: { sub: user.id, sid }, secret });
  const forgeries = [
    await craftToken({ sub: user.id, kind: "user", iss: "agentic-sidecar" }),
    await craftToken({ sub: user.id, kind: "user" }),
    { cookie: `next-auth.session-token=${cookie}` },
  ];
  for (const forged of forgeries) expect((await decide(forged)).status).toBe(401);
  expect((await decide(headers)).status).toBe(200);
});

test("a product's credential opens no other product", async () => {
  const { id } = await storeSuggestion(harness.db, { state: "pending" });
  const input = { product_id: "risk" };
  const { secret } = await trustProduct({ ctx: harness.ctx, input });
  const risk = await craftToken({ iss: "risk", sub: "risk" }, secret ?? "");
  expect((await list(risk)).status).toBe(200);
  expect((await harness.get(`/agent/suggestions/${id}`, risk)).status).toBe(404);
  const impostor = await craftToken({}, secret ?? "");
  expect((await harness.get(`/agent/suggestions/${id}`, impostor)).status).toBe(401);
  expect((await harness.get(`/agent/suggestions/${id}`, await craftToken({}))).status).toBe(200);
});

test("the published keys verify what the sidecar signs, and hold no private half", async () => {
  const response = await harness.get("/.well-known/jwks.json");
  expect(response.headers.get("cache-control")).toBe("public, max-age=60");
  const jwks = (await response.json()) as JSONWebKeySet;
  expect(JSON.stringify(jwks)).not.toContain('"d"');
  const input = { subject: "a", audience: "risk", ttl_seconds: 60 };
  const token = await issueServiceToken({ ctx: harness.ctx, input });
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { audience: "risk" });
  expect(payload.sub).toBe("a");
  const person = await harness.person(["admin"]);
  const userToken = await issueUserToken({
    ctx: harness.ctx,
    input: { user_id: person.user.id, ttl_seconds: 60 },
  });
  await expect(jwtVerify(userToken, createLocalJWKSet(jwks))).rejects.toThrow();
});
