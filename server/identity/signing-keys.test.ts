import { eq } from "drizzle-orm";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditEvents, signingKeys } from "@/drizzle/schema";
import { contextFor, createRoot, env, type ServiceContext, type Settings } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { getJwks, listSigningKeys, rotateSigningKey } from "./signing-keys";
import { issueServiceToken, verifyToken } from "./tokens";

const MINUTE_MS = 60_000;
let database: TestDatabase;
let nowMs: number;
let ctx: ServiceContext;

function contextWith(change: Partial<Settings> = {}): ServiceContext {
  const root = createRoot("test", { db: database.db, settings: { ...env(), ...change } });
  const actor = { kind: "system" as const, id: "t", label: "t", roles: [] };
  return contextFor({ ...root, clock: { now: () => new Date(nowMs) } }, actor);
}

beforeEach(async () => {
  database = await createTestDatabase();
  nowMs = Date.now();
  ctx = contextWith();
});
afterEach(() => database.drop());

const issue = (context = ctx) =>
  issueServiceToken({ ctx: context, input: { subject: "agent-1", ttl_seconds: 600 } });
const verify = (token: string) => verifyToken({ ctx, input: { token } });
const kids = async () => (await getJwks({ ctx })).keys.map(({ kid }) => kid);
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? "";

test("replicas that start together agree on one key pair", async () => {
  const tokens = await Promise.all(Array.from({ length: 6 }, () => issue(contextWith())));
  expect(new Set(tokens.map(kidOf)).size).toBe(1);
  expect(await database.db.$count(signingKeys)).toBe(1);
  const audit = await database.db.select().from(auditEvents);
  const actions = audit.map(({ action }) => action).filter((action) => action !== "token.issue");
  expect(actions).toEqual(["signing_key.create"]);
});

test("whoever has the published keys can check a token and cannot make one", async () => {
  const token = await issue();
  const jwks = await getJwks({ ctx });
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { algorithms: ["EdDSA"] });
  expect(payload.sub).toBe("agent-1");
  expect(Object.keys(jwks.keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
});

test("the private half is stored sealed, opens under its own SESSION_SECRET only, and never shows", async () => {
  const token = await issue();
  const [row] = await database.db.select().from(signingKeys);
  expect(row?.sealedPrivateKey).toMatch(/^v1\.[\w-]+$/);
  const shown = JSON.stringify([await listSigningKeys({ ctx }), await getJwks({ ctx })]);
  expect(shown).not.toMatch(/sealed|"d"/);
  const elsewhere = contextWith({ SESSION_SECRET: `another ${env().SESSION_SECRET}` });
  await expect(issue(elsewhere)).rejects.toMatchObject({ code: "misconfigured" });
  // Checking needs no secret.
  expect(await verify(token)).toMatchObject({ subject: "agent-1" });
});

test("a sealed key moved to another row, or changed by a byte, does not open", async () => {
  const sealed = async () => (await database.db.select().from(signingKeys))[0];
  await issue();
  const row = await sealed();
  await database.db.update(signingKeys).set({ kid: "moved" });
  await expect(issue()).rejects.toMatchObject({ code: "misconfigured" });
  const text = row?.sealedPrivateKey ?? "";
  const flipped = `${text.slice(0, -4)}${text.at(-4) === "A" ? "B" : "A"}${text.slice(-3)}`;
  await database.db.update(signingKeys).set({ kid: row?.kid, sealedPrivateKey: flipped });
  await expect(issue()).rejects.toMatchObject({ code: "misconfigured" });
});

test("after a rotation old tokens are valid until they expire, and then their key is gone", async () => {
  const old = await issue();
  const active = await rotateSigningKey({ ctx, input: {} });
  expect(await verify(old)).toMatchObject({ subject: "agent-1" });
  expect(kidOf(await issue())).toBe(active.kid);
  expect(await kids()).toEqual([active.kid, kidOf(old)]);
  nowMs += 9 * MINUTE_MS;
  expect(await verify(old)).toMatchObject({ subject: "agent-1" });
  nowMs += 2 * MINUTE_MS;
  await expect(verify(old)).rejects.toThrow("The token has expired.");
  nowMs += 60 * MINUTE_MS;
  expect(await kids()).toEqual([active.kid]);
  const [retired] = await database.db
    .select()
    .from(signingKeys)
    .where(eq(signingKeys.kid, kidOf(old)));
  expect(retired).toMatchObject({ state: "retired", sealedPrivateKey: null });
});

test("a longer token keeps its key published longer, whatever was signed after it", async () => {
  const input = { subject: "agent-1", ttl_seconds: 86_400 };
  const long = await issueServiceToken({ ctx, input });
  await issue();
  await rotateSigningKey({ ctx, input: {} });
  nowMs += 23 * 60 * MINUTE_MS;
  expect(await verify(long)).toMatchObject({ subject: "agent-1" });
});

test("what a compromised key signed is refused at once", async () => {
  const stolen = await issue();
  const active = await rotateSigningKey({ ctx, input: { is_compromised: true } });
  await expect(verify(stolen)).rejects.toMatchObject({ code: "unauthenticated" });
  expect(await kids()).toEqual([active.kid]);
});

test("rotating mends an installation that lost its SESSION_SECRET", async () => {
  const old = await issue();
  ctx = contextWith({ SESSION_SECRET: `another ${env().SESSION_SECRET}` });
  await expect(issue()).rejects.toThrow("SESSION_SECRET");
  await rotateSigningKey({ ctx, input: {} });
  expect(await verify(await issue())).toMatchObject({ subject: "agent-1" });
  expect(await verify(old)).toMatchObject({ subject: "agent-1" });
});

test("of two rotations at once both count, one after the other, each with its audit row", async () => {
  const old = await issue();
  await Promise.all([rotateSigningKey({ ctx, input: {} }), rotateSigningKey({ ctx, input: {} })]);
  const keys = await listSigningKeys({ ctx });
  expect(keys.map(({ state }) => state).sort()).toEqual(["active", "retired", "retired"]);
  expect(await verify(old)).toMatchObject({ subject: "agent-1" });
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.action, "signing_key.rotate"));
  expect(audit).toHaveLength(2);
  expect(JSON.stringify(audit)).not.toMatch(/sealed|"d"/);
});

test("only who manages keys lists or rotates them", async () => {
  const actor = { kind: "user" as const, id: "r", label: "r", roles: ["reviewer" as const] };
  const asReviewer = { ...ctx, actor };
  const attempts = [
    listSigningKeys({ ctx: asReviewer }),
    rotateSigningKey({ ctx: asReviewer, input: {} }),
    issueServiceToken({ ctx: asReviewer, input: { subject: "x", ttl_seconds: 1 } }),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "forbidden" } });
  }
});
