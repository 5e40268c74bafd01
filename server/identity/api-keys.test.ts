import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiKeys, auditEvents } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createApiKey, listApiKeys, loadApiKeyActor, revokeApiKey } from "./api-keys";

const ADMIN: Actor = { kind: "user", id: "a", label: "admin@example.org", roles: ["admin"] };
let database: TestDatabase;
/** What the time is; tests may set it. */
let now = new Date();
const clock = { now: () => now };
const ctx = (actor = ADMIN) => ({ db: database.db, actor, requestId: "req-1", clock });
const make = () => createApiKey({ ctx: ctx(), input: { name: "ci", scopes: ["suggestion.read"] } });
const lastUse = async (id: string) => {
  const [row] = await database.db.select().from(apiKeys).where(eq(apiKeys.id, id));
  return row?.lastUsedAt?.getTime();
};

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("a key is shown once: neither table, list nor audit holds it or its hash in the open", async () => {
  const { key, apiKey } = await make();
  expect(key).toMatch(/^ask_[A-Za-z0-9_-]{43}$/);
  const listed = JSON.stringify(await listApiKeys({ ctx: ctx() }));
  const audit = JSON.stringify(
    await database.db.select().from(auditEvents).where(eq(auditEvents.subjectId, apiKey.id)),
  );
  const [row] = await database.db.select().from(apiKeys).where(eq(apiKeys.id, apiKey.id));
  expect(JSON.stringify(row)).not.toContain(key);
  for (const text of [listed, audit]) {
    expect(text).toContain(apiKey.prefix);
    expect(text).not.toContain(key);
    expect(text).not.toContain(row?.keyHash);
  }
});

test("a key acts with its scopes under its name", async () => {
  const { key } = await make();
  expect(await loadApiKeyActor(ctx(), key)).toMatchObject({
    kind: "api-key",
    label: "ci",
    roles: [],
    scopes: ["suggestion.read"],
  });
});

test("deciding and managing cannot be given to a key, nor what its maker does not hold", async () => {
  for (const scope of ["suggestion.decide", "key.manage", "user.manage"] as const) {
    const input = { name: "x", scopes: [scope] };
    await expect(createApiKey({ ctx: ctx(), input })).rejects.toMatchObject({ code: "forbidden" });
  }
  const reviewer: Actor = { ...ADMIN, roles: ["reviewer"] };
  const input = { name: "x", scopes: ["suggestion.read" as const] };
  const attempt = createApiKey({ ctx: ctx(reviewer), input });
  await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
});

test("of two simultaneous revocations one wins and one audit row is written", async () => {
  const { key, apiKey } = await make();
  const revoke = () => revokeApiKey({ ctx: ctx(), input: { api_key_id: apiKey.id } });
  const outcomes = await Promise.allSettled([revoke(), revoke()]);
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([{ reason: { code: "conflict" } }]);
  const audit = await database.db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, apiKey.id));
  expect(audit.map(({ action }) => action)).toEqual(["api_key.create", "api_key.revoke"]);
  await expect(loadApiKeyActor(ctx(), key)).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("use is noted at most once a minute", async () => {
  const { key, apiKey } = await make();
  await loadApiKeyActor(ctx(), key);
  const first = await lastUse(apiKey.id);
  await loadApiKeyActor(ctx(), key);
  expect(await lastUse(apiKey.id)).toBe(first);
  now = new Date(now.getTime() + 61_000);
  await loadApiKeyActor(ctx(), key);
  expect(await lastUse(apiKey.id)).toBe(now.getTime());
});

test("a key ends, and is revoked, by the service's clock", async () => {
  const expires_at = new Date(now.getTime() + 3_600_000);
  const input = { name: "ci", scopes: ["suggestion.read" as const], expires_at };
  const { key, apiKey } = await createApiKey({ ctx: ctx(), input });
  await loadApiKeyActor(ctx(), key);
  now = expires_at;
  const attempt = loadApiKeyActor(ctx(), key);
  await expect(attempt).rejects.toMatchObject({ code: "unauthenticated" });
  const revoked = await revokeApiKey({ ctx: ctx(), input: { api_key_id: apiKey.id } });
  expect(revoked.revokedAt).toEqual(now);
});

test("revoking an unknown key is not_found", async () => {
  const input = { api_key_id: crypto.randomUUID() };
  await expect(revokeApiKey({ ctx: ctx(), input })).rejects.toMatchObject({ code: "not_found" });
});
