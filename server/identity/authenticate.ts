import type { Actor } from "@/server/contracts";
import { AppError, type Database, webRoot } from "@/server/platform";
import { isApiKeyShaped } from "./api-key";
import { loadApiKeyActor } from "./load-api-key-actor";
import { loadActiveUser, loadUserActor } from "./load-user";
import { readSessionUserId } from "./session-cookie";
import { verifyToken } from "./tokens";
import { actorOfUser } from "./user";

async function actorOfToken(db: Database, token: string): Promise<Actor> {
  const { kind, subject } = await verifyToken(token);
  if (kind === "user") return loadUserActor(db, subject);
  return { kind, id: subject, label: subject, roles: [kind] };
}

async function actorOfBearer(db: Database, authorization: string): Promise<Actor> {
  const [scheme, credential, ...rest] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== "bearer" || credential === undefined || rest.length > 0) {
    throw new AppError("unauthenticated", "Authorization must be `Bearer <token>`.");
  }
  return isApiKeyShaped(credential)
    ? loadApiKeyActor(db, credential)
    : actorOfToken(db, credential);
}

async function actorOfSession(db: Database, headers: Headers): Promise<Actor | null> {
  // A browser sends its cookie along when another site calls us: such a call is nobody's.
  if (headers.get("sec-fetch-site") === "cross-site") return null;
  const userId = await readSessionUserId(headers.get("cookie"));
  if (userId === null) return null;
  const user = await loadActiveUser(db, userId);
  return user === null ? null : actorOfUser(user);
}

/**
 * Who calls: `Authorization: Bearer` (JWT or API key), else `X-API-Key`, else the session cookie.
 * null when no credential came (or a session that no longer counts).
 * Throws `unauthenticated` for a credential that does not hold.
 */
export async function authenticate(
  headers: Headers,
  db: Database = webRoot().db,
): Promise<Actor | null> {
  const authorization = headers.get("authorization");
  if (authorization !== null) return actorOfBearer(db, authorization);
  const apiKey = headers.get("x-api-key");
  if (apiKey !== null) return loadApiKeyActor(db, apiKey.trim());
  return actorOfSession(db, headers);
}
