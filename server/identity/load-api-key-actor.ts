import { timingSafeEqual } from "node:crypto";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { apiKeys } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError, type Database } from "@/server/platform";
import { hashApiKey, isApiKeyShaped } from "./api-key";

const refused = () => new AppError("unauthenticated", "The API key is not valid.");

/** Writes at most once a minute a key, so that reading does not become writing. */
async function noteUse(db: Database, id: string): Promise<void> {
  const isStale = or(
    isNull(apiKeys.lastUsedAt),
    lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`),
  );
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isStale));
}

/** The actor of a key. Unknown, revoked and expired keys look alike: `unauthenticated`. */
export async function loadApiKeyActor(db: Database, key: string): Promise<Actor> {
  if (!isApiKeyShaped(key)) throw refused();
  const keyHash = hashApiKey(key);
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
  if (row === undefined || !timingSafeEqual(Buffer.from(row.keyHash), Buffer.from(keyHash))) {
    throw refused();
  }
  const now = Date.now();
  const hasExpired = row.expiresAt !== null && row.expiresAt.getTime() <= now;
  if (row.revokedAt !== null || hasExpired) throw refused();
  if (row.lastUsedAt === null || now - row.lastUsedAt.getTime() > 60_000) {
    await noteUse(db, row.id);
  }
  return { kind: "api-key", id: row.id, label: row.name, roles: [], scopes: row.scopes };
}
