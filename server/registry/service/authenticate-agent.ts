import { createHash } from "node:crypto";
import { eq, lt } from "drizzle-orm";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  importJWK,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { registryAgents, registryUsedTokens } from "@/drizzle/schema";
import { type Actor, type PublicKey, REGISTRY_AUDIENCE } from "@/server/contracts";
import { withEndorsed } from "@/server/identity";
import { AppError, type Database, type ServiceContext } from "@/server/platform";

/** Longest life of a token: it is made for one call. */
const LIFE_SECONDS_MAX = 120;
/** Clocks of an agent and the registry may differ by this much. */
const CLOCK_TOLERANCE_SECONDS = 60;

const invalid = (cause?: unknown) =>
  new AppError("unauthenticated", "The token is not one of a registered agent's, or is used up.", {
    cause,
  });

/** True for a token that an agent made for a registry; whether it holds is another question. */
export function isAgentToken(token: string): boolean {
  try {
    return decodeJwt(token).aud === REGISTRY_AUDIENCE;
  } catch {
    return false;
  }
}

async function keysOf(db: Database, agentId: string): Promise<PublicKey[]> {
  const [row] = await db
    .select({ card: registryAgents.card })
    .from(registryAgents)
    .where(eq(registryAgents.agentId, agentId));
  return row?.card.jwks.keys ?? [];
}

async function verifyToken(token: string, agentId: string, keys: PublicKey[], now: Date) {
  const { kid } = decodeProtectedHeader(token);
  const key = keys.find((each) => each.kid === kid);
  if (key === undefined) throw invalid();
  const { payload } = await jwtVerify(token, await importJWK(key, "EdDSA"), {
    algorithms: ["EdDSA"],
    issuer: agentId,
    subject: agentId,
    audience: REGISTRY_AUDIENCE,
    requiredClaims: ["exp", "iat", "jti"],
    maxTokenAge: LIFE_SECONDS_MAX,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: now,
  });
  return payload;
}

/** Notes the token as used until it has ended. Throws when it was used before. */
async function markUsed(db: Database, agentId: string, { jti, exp = 0 }: JWTPayload) {
  const tokenHash = createHash("sha256")
    .update(JSON.stringify([agentId, jti]))
    .digest("hex");
  const expiresAt = new Date((exp + CLOCK_TOLERANCE_SECONDS) * 1000);
  const noted = await db
    .insert(registryUsedTokens)
    .values({ tokenHash, expiresAt })
    .onConflictDoNothing()
    .returning({ tokenHash: registryUsedTokens.tokenHash });
  if (noted.length === 0) throw invalid();
}

/**
 * Which registered agent calls: by a token of its own (EdDSA; `iss` and `sub` are its id, `aud` the
 * registry, `jti` used once) signed with a key that is registered for it, or that such a key endorses.
 * Throws `unauthenticated`.
 */
export async function authenticateAgent({
  ctx: { db, clock },
  input: { token, endorsements = [] },
}: {
  ctx: Pick<ServiceContext, "db" | "clock">;
  input: { token: string; endorsements?: readonly string[] };
}): Promise<Actor> {
  let id: string;
  try {
    id = String(decodeJwt(token).iss);
    const keys = withEndorsed(await keysOf(db, id), endorsements);
    const payload = await verifyToken(token, id, keys, clock.now());
    const { exp = 0, iat = 0 } = payload;
    if (exp - iat > LIFE_SECONDS_MAX) throw invalid();
    await markUsed(db, id, payload);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw invalid(cause);
    throw cause;
  }
  return { kind: "agent", id, label: id, roles: ["agent"] };
}

/** Forgets tokens that have ended by themselves. */
export async function forgetUsedTokens({
  ctx: { db, clock },
}: {
  ctx: Pick<ServiceContext, "db" | "clock">;
}): Promise<void> {
  await db.delete(registryUsedTokens).where(lt(registryUsedTokens.expiresAt, clock.now()));
}
