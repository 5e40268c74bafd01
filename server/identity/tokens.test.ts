import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { eq } from "drizzle-orm";
import {
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { encode } from "next-auth/jwt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { auditEvents } from "@/drizzle/schema";
import { contextFor, createRoot, env, type ServiceContext, type Settings } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { authenticate } from "./authenticate";
import { listTokens, revokeToken } from "./issued-tokens";
import { trustProduct, untrustProduct } from "./product-credentials";
import { findSessionActor, sessionCookieSecret } from "./session";
import { getJwks } from "./signing-keys";
import { beginSession, sessionCookie } from "./testing/session-cookie";
import { issueProductToken, issueServiceToken, issueUserToken, verifyToken } from "./tokens";
import { createUser } from "./users";

/** The product of AUTH_SECRET and DATA_PRODUCT_ID. */
const OWN = env().DATA_PRODUCT_ID;
const SHARED = env().AUTH_SECRET ?? "";
let database: TestDatabase;
let ctx: ServiceContext;
let reviewerId: string;
const servers = new Set<Server>();

const contextWith = (change: Partial<Settings>, now = () => new Date()): ServiceContext => {
  const root = createRoot("test", { db: database.db, settings: { ...env(), ...change } });
  const actor = { kind: "system", id: "t", label: "t", roles: [] } as const;
  return contextFor({ ...root, clock: { now } }, { ...actor, roles: [] });
};

beforeAll(async () => {
  database = await createTestDatabase();
  ctx = contextWith({});
  const input = { email: "rita@example.org", name: "R", password: "correct horse battery" };
  const user = await createUser({ ctx, input: { ...input, roles: ["reviewer"] } });
  reviewerId = user.id;
});
afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});
afterAll(() => database.drop());

const verify = (token: string, context = ctx) => verifyToken({ ctx: context, input: { token } });
const bearer = (token: string) => new Headers({ authorization: `Bearer ${token}` });
const refused = { code: "unauthenticated" };

interface Forgery {
  claims?: JWTPayload;
  header?: { alg?: string; kid?: string };
  key: Parameters<SignJWT["sign"]>[0];
}

/** A token as the product `OWN` signs it, but for what the forger chooses. */
function forge({ claims = {}, header = {}, key }: Forgery): Promise<string> {
  const own = { iss: OWN, sub: OWN, aud: "agentic-sidecar", kind: "data-product" };
  const exp = Math.floor(Date.now() / 1000) + 60;
  return new SignJWT({ ...own, exp, ...claims })
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(key);
}
const bytes = (secret: string) => new TextEncoder().encode(secret);

const asking = (headers: HeadersInit) => ({
  request: new Request("http://sidecar.test/", { headers }),
});

test("a token carries who, for whom and until when, and nothing about rights", async () => {
  const input = { subject: "agent-1", ttl_seconds: 60 };
  const claims = decodeJwt(await issueServiceToken({ ctx, input }));
  expect(Object.keys(claims).sort()).toEqual(["aud", "exp", "iat", "iss", "jti", "kind", "sub"]);
});

test("a connector's token is good for its product only, never for the sidecar", async () => {
  const input = { subject: "agent-1", audience: OWN, ttl_seconds: 60 };
  await expect(verify(await issueServiceToken({ ctx, input }))).rejects.toMatchObject(refused);
  const own = await issueServiceToken({ ctx, input: { subject: "agent-1", ttl_seconds: 60 } });
  expect(await verify(own)).toEqual({ kind: "agent", subject: "agent-1" });
});

test("an expired token says so", async () => {
  const token = await issueUserToken({ ctx, input: { user_id: reviewerId, ttl_seconds: 60 } });
  const later = contextWith({}, () => new Date(Date.now() + 120_000));
  await expect(verify(token, later)).rejects.toThrow("The token has expired.");
});

test("a reviewer's token made with a product's secret is refused, however it is dressed", async () => {
  const key = bytes(SHARED);
  const { keys } = await getJwks({ ctx });
  const kid = keys[0]?.kid ?? "";
  const reviewer = { sub: reviewerId, kind: "user" };
  const forgeries = [
    forge({ key, claims: { ...reviewer, iss: "agentic-sidecar" } }),
    forge({ key, claims: reviewer }),
    forge({ key, claims: { kind: "user" } }),
    forge({ key, claims: { ...reviewer, iss: "agentic-sidecar" }, header: { kid } }),
    forge({ key, claims: { sub: reviewerId } }),
    forge({ key, claims: { kind: "agent" } }),
    forge({ key, claims: { iss: "agentic-sidecar", sub: "agent-1", kind: "agent" } }),
  ];
  for (const token of await Promise.all(forgeries)) {
    const attempt = authenticate({ ctx, input: asking(bearer(token)) });
    await expect(attempt).rejects.toMatchObject(refused);
  }
  const genuine = await issueUserToken({ ctx, input: { user_id: reviewerId, ttl_seconds: 60 } });
  const actor = await authenticate({ ctx, input: asking(bearer(genuine)) });
  expect(actor).toMatchObject({ kind: "user", roles: ["reviewer"] });
});

test("a stolen AUTH_SECRET makes no session cookie, not even of a session that lives", async () => {
  const sid = await beginSession(ctx, reviewerId);
  const sign = async (secret: string) => {
    const cookie = await encode({ token: { sub: reviewerId, sid }, secret });
    return new Headers({ cookie: `next-auth.session-token=${cookie}` });
  };
  // Itself, and as if sessions' key were derived from it.
  const derived = sessionCookieSecret({ ...env(), SESSION_SECRET: SHARED });
  for (const secret of [SHARED, derived]) {
    expect(await findSessionActor({ ctx, input: { headers: await sign(secret) } })).toBeNull();
    expect(await authenticate({ ctx, input: asking(await sign(secret)) })).toBeNull();
  }
  const headers = new Headers({
    cookie: await sessionCookie({ ctx, input: { user_id: reviewerId } }),
  });
  expect(await findSessionActor({ ctx, input: { headers } })).toMatchObject({ id: reviewerId });
});

test("the sidecar's public key opens nothing when it is used as a secret", async () => {
  const { keys } = await getJwks({ ctx });
  const [jwk] = keys;
  const texts = [JSON.stringify(jwk), jwk?.x ?? ""];
  for (const text of texts) {
    for (const iss of [OWN, "agentic-sidecar"]) {
      const claims = { iss, sub: iss === OWN ? OWN : "agent-1" };
      const token = await forge({
        key: bytes(text.padEnd(32)),
        claims,
        header: { kid: jwk?.kid ?? "" },
      });
      await expect(verify(token)).rejects.toMatchObject(refused);
    }
  }
});

test("unsigned, unreadable and strangely signed tokens are refused", async () => {
  const none = new UnsecuredJWT({ kind: "data-product", iss: OWN, sub: OWN })
    .setAudience("agentic-sidecar")
    .setExpirationTime("1m")
    .encode();
  const wrongAlg = await forge({ key: bytes(SHARED), header: { alg: "HS512" } });
  for (const token of [none, wrongAlg, "a.b.c", "x", "..", `${wrongAlg}.e30`]) {
    await expect(verify(token)).rejects.toMatchObject(refused);
  }
});

test("a key of somebody else under our key id, and an id we never had, are refused", async () => {
  const { privateKey } = await generateKeyPair("EdDSA");
  const { keys } = await getJwks({ ctx });
  const claims = { iss: "agentic-sidecar", sub: "agent-1", kind: "agent" };
  for (const kid of [keys[0]?.kid, "unknown", undefined]) {
    const header = { alg: "EdDSA", ...(kid !== undefined && { kid }) };
    await expect(verify(await forge({ key: privateKey, claims, header }))).rejects.toMatchObject(
      refused,
    );
  }
});

test("one product's secret opens no other product", async () => {
  const trusted = await trustProduct({ ctx, input: { product_id: "other" } });
  const key = bytes(trusted.secret ?? "");
  const other = { iss: "other", sub: "other" };
  expect(await verify(await forge({ key, claims: other }))).toEqual({
    kind: "data-product",
    subject: "other",
  });
  const attempts = [
    forge({ key }),
    forge({ key, claims: { sub: OWN, iss: "other" } }),
    forge({ key, claims: { sub: "other", iss: OWN } }),
    forge({ key: bytes(SHARED), claims: other }),
    forge({ key: bytes(SHARED), claims: { iss: "nobody", sub: "nobody" } }),
  ];
  for (const token of await Promise.all(attempts)) {
    await expect(verify(token)).rejects.toMatchObject(refused);
  }
  await untrustProduct({ ctx, input: { product_id: "other" } });
  await expect(verify(await forge({ key, claims: other }))).rejects.toMatchObject(refused);
});

test("what is registered for a product replaces AUTH_SECRET for it", async () => {
  const old = await issueProductToken({ ctx, input: { product_id: OWN, ttl_seconds: 60 } });
  expect(await verify(old)).toEqual({ kind: "data-product", subject: OWN });
  await trustProduct({ ctx, input: { product_id: OWN } });
  await expect(verify(old)).rejects.toMatchObject(refused);
  const own = await issueProductToken({ ctx, input: { product_id: OWN, ttl_seconds: 60 } });
  expect(await verify(own)).toEqual({ kind: "data-product", subject: OWN });
  await untrustProduct({ ctx, input: { product_id: OWN } });
  expect(await verify(old)).toEqual({ kind: "data-product", subject: OWN });
  await expect(untrustProduct({ ctx, input: { product_id: OWN } })).rejects.toMatchObject({
    code: "conflict",
  });
});

/** A product that publishes keys; counts how often it is asked. */
async function publish(handle: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    handle(request, response);
  });
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/jwks.json`;
  return { url, requests: () => requests };
}

async function productWithKeys(productId: string) {
  const pair = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: "p1", alg: "ES256" }];
  const published = await publish((_, response) => response.end(JSON.stringify({ keys })));
  await trustProduct({ ctx, input: { product_id: productId, jwks_url: published.url } });
  const sign = (claims: JWTPayload = {}, kid = "p1") =>
    forge({
      key: pair.privateKey,
      claims: { iss: productId, sub: productId, ...claims },
      header: { alg: "ES256", kid },
    });
  return { ...published, sign, publicKey: keys[0] };
}

test("a product that publishes keys signs for itself alone, and its keys are fetched once", async () => {
  const product = await productWithKeys("published");
  const expected = { kind: "data-product", subject: "published" };
  expect(await verify(await product.sign())).toEqual(expected);
  expect(await verify(await product.sign({ kind: undefined }))).toEqual(expected);
  const attempts = [
    product.sign({ iss: OWN, sub: OWN }),
    product.sign({ sub: OWN }),
    product.sign({ aud: "another" }),
    product.sign({ kind: "user", sub: reviewerId }),
    product.sign({ iss: "agentic-sidecar", kind: "agent", sub: "agent-1" }),
  ];
  for (const token of await Promise.all(attempts)) {
    await expect(verify(token)).rejects.toMatchObject(refused);
  }
  // Unknown ids do not make us ask again and again.
  for (let n = 0; n < 3; n += 1) {
    await expect(verify(await product.sign({}, `k${n}`))).rejects.toMatchObject(refused);
  }
  expect(product.requests()).toBe(1);
});

test("a product's published key is no shared secret", async () => {
  const product = await productWithKeys("confused");
  const key = bytes(JSON.stringify(product.publicKey));
  const claims = { iss: "confused", sub: "confused" };
  const token = await forge({ key, claims, header: { alg: "HS256", kid: "p1" } });
  await expect(verify(token)).rejects.toMatchObject(refused);
});

test.each<[string, RequestListener]>([
  ["too large", (_, response) => response.end(`{"keys":[]${" ".repeat(70_000)}}`)],
  ["not JSON", (_, response) => response.end("<html>")],
  ["not there", (_, response) => response.writeHead(404).end()],
  ["elsewhere", (_, response) => response.writeHead(302, { location: "/other" }).end()],
])("keys that are %s make the product's tokens unavailable, not valid", async (name, handle) => {
  const { url, requests } = await publish(handle);
  await trustProduct({ ctx, input: { product_id: name, jwks_url: url } });
  const { privateKey } = await generateKeyPair("ES256");
  const token = await forge({
    key: privateKey,
    claims: { iss: name, sub: name },
    header: { alg: "ES256" },
  });
  for (let n = 0; n < 3; n += 1) {
    await expect(verify(token)).rejects.toMatchObject({ code: "unavailable" });
  }
  expect(requests()).toBe(1);
});

test("a person's token is listed under the e-mail address, at its revocation too", async () => {
  const token = await issueUserToken({ ctx, input: { user_id: reviewerId, ttl_seconds: 60 } });
  const { jti = "" } = decodeJwt(token);
  const listed = (await listTokens({ ctx })).find((row) => row.jti === jti);
  const named = { subject: reviewerId, holder: expect.stringContaining("@") };
  expect(listed).toMatchObject(named);
  expect(await revokeToken({ ctx, input: { token_id: jti } })).toMatchObject(named);
});

test("a token is listed and can be revoked by itself; its audit rows never hold it", async () => {
  const input = { subject: "agent-9", ttl_seconds: 60 };
  const token = await issueServiceToken({ ctx, input });
  const other = await issueServiceToken({ ctx, input });
  const { jti = "" } = decodeJwt(token);
  const listed = await listTokens({ ctx });
  expect(listed.find((row) => row.jti === jti)).toMatchObject({
    kind: "agent",
    subject: "agent-9",
    holder: "agent-9",
    issuedBy: "t",
    revokedAt: null,
  });
  expect(await verifyToken({ ctx, input: { token } })).toMatchObject({ subject: "agent-9" });
  await revokeToken({ ctx, input: { token_id: jti } });
  await expect(verifyToken({ ctx, input: { token } })).rejects.toMatchObject({
    code: "unauthenticated",
    message: "The token was revoked.",
  });
  expect(await verifyToken({ ctx, input: { token: other } })).toMatchObject({ kind: "agent" });
  const again = revokeToken({ ctx, input: { token_id: jti } });
  await expect(again).rejects.toMatchObject({ code: "conflict" });
  const unknown = revokeToken({ ctx, input: { token_id: crypto.randomUUID() } });
  await expect(unknown).rejects.toMatchObject({ code: "not_found" });
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, jti))
    .orderBy(auditEvents.id);
  expect(audit.map(({ action }) => action)).toEqual(["token.issue", "token.revoke"]);
  expect(JSON.stringify(audit)).not.toContain(token.split(".").at(-1));
});

test("every kind of token leaves a row when it is issued, and dies when it is revoked", async () => {
  const product_id = env().DATA_PRODUCT_ID;
  const tokens = [
    await issueUserToken({ ctx, input: { user_id: reviewerId, ttl_seconds: 60 } }),
    await issueProductToken({ ctx, input: { product_id, ttl_seconds: 60 } }),
  ];
  for (const token of tokens) {
    const { jti = "" } = decodeJwt(token);
    await verifyToken({ ctx, input: { token } });
    await revokeToken({ ctx, input: { token_id: jti } });
    await expect(verifyToken({ ctx, input: { token } })).rejects.toMatchObject(refused);
  }
});

test("who does not manage keys neither lists nor revokes tokens", async () => {
  const reviewer = {
    ...ctx,
    actor: { ...ctx.actor, kind: "user" as const, roles: ["reviewer" as const] },
  };
  const input = { token_id: crypto.randomUUID() };
  await expect(listTokens({ ctx: reviewer })).rejects.toMatchObject({ code: "forbidden" });
  await expect(revokeToken({ ctx: reviewer, input })).rejects.toMatchObject({ code: "forbidden" });
});
