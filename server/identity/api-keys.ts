import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { and, desc, eq, isNull, lt, or } from "drizzle-orm";
import { z } from "zod";
import { apiKeys } from "@/drizzle/schema";
import { type Actor, type ApiKeyView, Permission } from "@/server/contracts";
import {
  AppError,
  type Database,
  publish,
  recordAudit,
  type ServiceContext,
} from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { API_KEY_PERMISSIONS, assertCan, permissionsOf } from "./permissions";

const MARK = "ask_";
const PREFIX_LENGTH = MARK.length + 8;
const SHAPE = /^ask_[A-Za-z0-9_-]{43}$/;

/** A new key: 32 random bytes, base64url. Shown once, then only its hash exists. */
function generateApiKey(): string {
  return MARK + randomBytes(32).toString("base64url");
}

export const isApiKeyShaped = (text: string) => SHAPE.test(text);

/** SHA-256 suffices: the key has 256 random bits, nothing to guess. */
const hashApiKey = (key: string) => createHash("sha256").update(key).digest("hex");

const prefixOf = (key: string) => key.slice(0, PREFIX_LENGTH);

type ApiKeyRow = typeof apiKeys.$inferSelect;

/** A key as lists show it: no hash. */
export type ApiKey = Omit<ApiKeyRow, "keyHash">;

function toPublicApiKey(row: ApiKeyRow): ApiKey {
  const { keyHash: _, ...key } = row;
  return key;
}

/** A key as pages and shell show it. */
export const toApiKeyView = (key: ApiKey): ApiKeyView => ({
  api_key_id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  created_by: key.createdBy,
  created_at: key.createdAt.toISOString(),
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  expires_at: key.expiresAt?.toISOString() ?? null,
  revoked_at: key.revokedAt?.toISOString() ?? null,
});

const CreateApiKey = z.object({
  name: z.string().trim().min(1).max(200),
  scopes: z
    .array(Permission)
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  expires_at: z.date().optional(),
});

function assertGrantable(ctx: IdentityContext, scopes: Permission[]): void {
  const own = permissionsOf(ctx.actor);
  const refused = scopes.filter(
    (scope) => !API_KEY_PERMISSIONS.includes(scope) || !own.includes(scope),
  );
  if (refused.length === 0) return;
  throw new AppError("forbidden", `An API key cannot be given: ${refused.join(", ")}.`, {
    details: { scopes: refused },
  });
}

/**
 * Makes a key for an external service. `key` is answered here and never again.
 * Throws `forbidden` for a scope no key may have or its maker does not hold.
 */
export async function createApiKey({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof CreateApiKey>;
}): Promise<{ key: string; apiKey: ApiKey }> {
  assertCan(ctx.actor, "key.manage");
  const { name, scopes, expires_at } = parseInput(CreateApiKey, input);
  assertGrantable(ctx, scopes);
  const key = generateApiKey();
  const row = {
    name,
    prefix: prefixOf(key),
    keyHash: hashApiKey(key),
    scopes,
    createdBy: ctx.actor.label,
    expiresAt: expires_at ?? null,
  };
  const apiKey = await ctx.db.transaction(async (tx) => {
    const [inserted] = await tx.insert(apiKeys).values(row).returning();
    if (inserted === undefined) throw new AppError("internal", "The key was not stored.");
    await recordAudit(tx, ctx, {
      action: "api_key.create",
      subjectType: "api_key",
      subjectId: inserted.id,
      after: { name, scopes, prefix: row.prefix, expires_at: expires_at?.toISOString() ?? null },
    });
    return toPublicApiKey(inserted);
  });
  return { key, apiKey };
}

/** What a key of this person's can be given. */
export function listKeyScopes({ ctx }: { ctx: Pick<IdentityContext, "actor"> }): Permission[] {
  assertCan(ctx.actor, "key.manage");
  const own = permissionsOf(ctx.actor);
  return API_KEY_PERMISSIONS.filter((permission) => own.includes(permission));
}

/** All keys, newest first, revoked ones included; never a hash. */
export async function listApiKeys({ ctx }: { ctx: IdentityContext }): Promise<ApiKey[]> {
  assertCan(ctx.actor, "key.manage");
  const rows = await ctx.db.select().from(apiKeys).orderBy(desc(apiKeys.createdAt));
  return rows.map(toPublicApiKey);
}

const RevokeApiKey = z.object({ api_key_id: z.uuid() });

/** Ends a key at once. Throws `not_found`, or `conflict` when it was revoked before. */
export async function revokeApiKey({
  ctx,
  input,
}: {
  ctx: IdentityContext & Pick<ServiceContext, "clock">;
  input: z.input<typeof RevokeApiKey>;
}): Promise<ApiKey> {
  assertCan(ctx.actor, "key.manage");
  const { api_key_id } = parseInput(RevokeApiKey, input);
  return ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .update(apiKeys)
      .set({ revokedAt: ctx.clock.now() })
      .where(and(eq(apiKeys.id, api_key_id), isNull(apiKeys.revokedAt)))
      .returning();
    if (row === undefined) {
      const exists = (await tx.$count(apiKeys, eq(apiKeys.id, api_key_id))) > 0;
      if (!exists) throw new AppError("not_found", "There is no such API key.");
      throw new AppError("conflict", "This API key is revoked already.");
    }
    await recordAudit(tx, ctx, {
      action: "api_key.revoke",
      subjectType: "api_key",
      subjectId: row.id,
      before: { revoked_at: null },
      after: { revoked_at: row.revokedAt?.toISOString() ?? null },
    });
    await publish(tx, { topic: "identity", id: row.id });
    return toPublicApiKey(row);
  });
}

const invalidKey = () => new AppError("unauthenticated", "The API key is not valid.");

const USE_RECORDED_MS = 60_000;

/** Writes at most once a minute a key, so that reading does not become writing. */
async function recordUse(db: Database, row: ApiKeyRow, now: Date): Promise<void> {
  const staleAt = new Date(now.getTime() - USE_RECORDED_MS);
  if (row.lastUsedAt !== null && row.lastUsedAt >= staleAt) return;
  const isStale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, staleAt));
  await db
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKeys.id, row.id), isStale));
}

/** The actor of a key. Unknown, revoked and expired keys look alike: `unauthenticated`. */
export async function loadApiKeyActor(
  { db, clock }: Pick<ServiceContext, "db" | "clock">,
  key: string,
): Promise<Actor> {
  if (!isApiKeyShaped(key)) throw invalidKey();
  const keyHash = hashApiKey(key);
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
  if (row === undefined || !timingSafeEqual(Buffer.from(row.keyHash), Buffer.from(keyHash))) {
    throw invalidKey();
  }
  const now = clock.now();
  const hasExpired = row.expiresAt !== null && row.expiresAt <= now;
  if (row.revokedAt !== null || hasExpired) throw invalidKey();
  await recordUse(db, row, now);
  return { kind: "api-key", id: row.id, label: row.name, roles: [], scopes: row.scopes };
}
