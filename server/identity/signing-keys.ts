import { createPrivateKey } from "node:crypto";
import { and, asc, desc, eq, gt, isNotNull, or, sql } from "drizzle-orm";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import { z } from "zod";
import { signingKeys } from "@/drizzle/schema";
import { type Actor, PublicKey } from "@/server/contracts";
import {
  AppError,
  type Database,
  newId,
  publish,
  recordAudit,
  type ServiceContext,
  type Settings,
  type Transaction,
} from "@/server/platform";
import { type KeyContext, parseInput } from "./context";
import { endorseKey } from "./endorsements";
import { openedKeys } from "./opened-key";
import { assertCan } from "./permissions";
import { seal, unseal } from "./sealing";

export const SIGNING_ALGORITHM = "EdDSA";
/** The end of a key's last token is stored in steps of an hour, so that signing seldom writes. */
const END_STEP_MS = 3_600_000;
/** Who makes the first pair: no person asked for it. */
const SIDECAR: Actor = { kind: "system", id: "sidecar", label: "sidecar", roles: [] };

/** What signing and checking need: no actor, because a product that checks a token has none. */
type SignerContext = Pick<ServiceContext, "db" | "settings" | "clock">;
type SigningKeyRow = typeof signingKeys.$inferSelect;

/** A key pair of the sidecar as lists show it: no private half. */
export type SigningKey = Omit<SigningKeyRow, "sealedPrivateKey" | "endorsement">;

function toPublicSigningKey(row: SigningKeyRow): SigningKey {
  const { sealedPrivateKey: _, endorsement: __, ...key } = row;
  return key;
}

/** A new Ed25519 pair as a row; its id is the thumbprint of the public half (RFC 7638). */
async function generateSigningKey({ settings, clock }: SignerContext) {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const secret = JSON.stringify(await exportJWK(pair.privateKey));
  const now = clock.now();
  return {
    kid,
    publicJwk: { ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: "sig" },
    sealedPrivateKey: seal(settings, "signing-key", { owner: kid, secret }),
    state: "active" as const,
    createdAt: now,
    verifyUntil: now,
  };
}

async function findActive(db: Database | Transaction): Promise<SigningKeyRow | undefined> {
  const [row] = await db.select().from(signingKeys).where(eq(signingKeys.state, "active"));
  return row;
}

/** The pair in use, made at first need. Of several replicas that make one at once, one wins. */
async function ensureActive(ctx: SignerContext): Promise<SigningKeyRow> {
  const found = await findActive(ctx.db);
  if (found !== undefined) return found;
  const made = await generateSigningKey(ctx);
  return ctx.db.transaction(async (tx) => {
    const [inserted] = await tx.insert(signingKeys).values(made).onConflictDoNothing().returning();
    if (inserted !== undefined) {
      const by = { actor: SIDECAR, requestId: newId("req") };
      await recordAudit(tx, by, auditOf("signing_key.create", inserted));
    }
    const active = inserted ?? (await findActive(tx));
    if (active === undefined) throw new AppError("conflict", "The signing key is being rotated.");
    return active;
  });
}

function auditOf(action: string, key: SigningKeyRow, before?: SigningKeyRow) {
  const shown = (row: SigningKeyRow) => ({
    kid: row.kid,
    state: row.state,
    verify_until: row.verifyUntil.toISOString(),
  });
  return {
    action,
    subjectType: "signing_key",
    subjectId: key.kid,
    ...(before !== undefined && { before: shown(before) }),
    after: shown(key),
  };
}

/**
 * The active pair, whose private half `openJwk` opens, for what must verify until then: the pair verifies
 * at least that long from now on, also when it is retired meanwhile.
 */
export async function loadSigner(ctx: SignerContext, verifiesUntil: Date) {
  for (;;) {
    const row = await ensureActive(ctx);
    const isShort = row.verifyUntil < verifiesUntil;
    if (isShort && !(await extendVerification(ctx.db, row.kid, verifiesUntil))) {
      continue; // Retired in between: sign with its successor.
    }
    return { kid: row.kid, openJwk: () => openPrivateJwk(ctx.settings, row) };
  }
}

function openPrivateJwk(settings: Settings, { kid, sealedPrivateKey: sealed }: SigningKeyRow): JWK {
  if (sealed === null)
    throw new AppError("internal", "The active signing key has no private half.");
  return JSON.parse(unseal(settings, "signing-key", { owner: kid, sealed }));
}

/** Only ever later, whoever comes first; false when the pair is not the active one any more. */
async function extendVerification(db: Database, kid: string, until: Date): Promise<boolean> {
  const end = new Date(until.getTime() + END_STEP_MS).toISOString();
  const rows = await db
    .update(signingKeys)
    .set({ verifyUntil: sql`greatest(${signingKeys.verifyUntil}, ${end}::timestamptz)` })
    .where(and(eq(signingKeys.kid, kid), eq(signingKeys.state, "active")))
    .returning({ kid: signingKeys.kid });
  return rows.length > 0;
}

/**
 * Signs claims as a JWT with the sidecar's own key (EdDSA, header `kid`). `payload` holds every
 * claim but `exp`. Products check such tokens with the published keys, the registry with those it was told.
 */
export async function signJwt(
  ctx: SignerContext,
  payload: JWTPayload,
  expiresAt: Date,
): Promise<string> {
  const { kid, openJwk } = await loadSigner(ctx, expiresAt);
  const privateKey = await importJWK(openJwk(), SIGNING_ALGORITHM);
  return new SignJWT(payload)
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: "JWT" })
    .setExpirationTime(expiresAt)
    .sign(privateKey);
}

const isTrusted = (now: Date) =>
  or(eq(signingKeys.state, "active"), gt(signingKeys.verifyUntil, now));

/** The public half of one of our keys, while tokens of it may live; null for any other id. */
export async function findVerificationKey(
  { db, clock }: Pick<ServiceContext, "db" | "clock">,
  kid: string,
): Promise<CryptoKey | Uint8Array | null> {
  const [row] = await db
    .select({ publicJwk: signingKeys.publicJwk })
    .from(signingKeys)
    .where(and(eq(signingKeys.kid, kid), isTrusted(clock.now())));
  return row === undefined ? null : importJWK(row.publicJwk, SIGNING_ALGORITHM);
}

/**
 * The public keys that tokens of this sidecar verify with (RFC 7517): the active one first, then
 * retired ones whose tokens may still live. For everybody to read.
 */
export async function getJwks({ ctx }: { ctx: SignerContext }): Promise<{ keys: JWK[] }> {
  await ensureActive(ctx);
  const rows = await ctx.db
    .select({ publicJwk: signingKeys.publicJwk })
    .from(signingKeys)
    .where(isTrusted(ctx.clock.now()))
    .orderBy(asc(signingKeys.state), desc(signingKeys.createdAt));
  return { keys: rows.map(({ publicJwk }) => publicJwk) };
}

/** All key pairs, newest first, retired ones included; never a private half. */
export async function listSigningKeys({ ctx }: { ctx: KeyContext }): Promise<SigningKey[]> {
  assertCan(ctx.actor, "key.manage");
  const rows = await ctx.db.select().from(signingKeys).orderBy(desc(signingKeys.createdAt));
  return rows.map(toPublicSigningKey);
}

const RotateSigningKey = z.object({
  /** The old key got into wrong hands: what it signed is refused from now on. */
  is_compromised: z.boolean().default(false),
});

/**
 * Makes a new key pair the active one. The old one's private half is deleted; its tokens stay
 * valid until they end, unless it is compromised. Works also when the old private half does not
 * open any more (a lost SESSION_SECRET).
 */
export async function rotateSigningKey({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof RotateSigningKey>;
}): Promise<SigningKey> {
  assertCan(ctx.actor, "key.manage");
  const { is_compromised } = parseInput(RotateSigningKey, input);
  const made = await generateSigningKey(ctx);
  const rotated = await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.signing_keys'))`);
    const endorsement = endorse(ctx.settings, await findActive(tx), made.publicJwk);
    if (is_compromised) {
      await tx
        .update(signingKeys)
        .set({ verifyUntil: made.createdAt })
        .where(isTrusted(made.createdAt));
    }
    const [retired] = await tx
      .update(signingKeys)
      .set({ state: "retired", retiredAt: made.createdAt, sealedPrivateKey: null })
      .where(eq(signingKeys.state, "active"))
      .returning();
    const row = { ...made, endorsement };
    const [active] = await tx.insert(signingKeys).values(row).returning();
    if (active === undefined) throw new AppError("internal", "The key was not stored.");
    const entry = auditOf("signing_key.rotate", active, retired);
    await recordAudit(tx, ctx, { ...entry, after: { ...entry.after, is_compromised } });
    // What retired keys signed still counts, unless they are compromised.
    if (is_compromised) await publish(tx, { topic: "identity", id: active.kid });
    return toPublicSigningKey(active);
  });
  openedKeys.delete(ctx.db);
  return rotated;
}

/**
 * By the old pair, before its private half is deleted; null when that does not open any more. A compromised
 * one endorses too: who has it could do the same, and the registry counts only the keys it was told last.
 */
function endorse(settings: Settings, old: SigningKeyRow | undefined, successor: JWK) {
  if (old === undefined) return null;
  try {
    const privateKey = createPrivateKey({ key: openPrivateJwk(settings, old), format: "jwk" });
    return endorseKey({ kid: old.kid, privateKey }, PublicKey.parse(successor));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

const ENDORSEMENTS_MAX = 20;

/** In which our latest keys vouch for each other, newest first: for those who know an older one. */
export async function listEndorsements({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db">;
}): Promise<string[]> {
  const rows = await ctx.db
    .select({ endorsement: signingKeys.endorsement })
    .from(signingKeys)
    .where(isNotNull(signingKeys.endorsement))
    .orderBy(desc(signingKeys.createdAt))
    .limit(ENDORSEMENTS_MAX);
  return rows.flatMap(({ endorsement }) => endorsement ?? []);
}
