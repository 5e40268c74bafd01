import { randomUUID } from "node:crypto";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
  SignJWT,
} from "jose";
import { z } from "zod";
import { SIDECAR_ISSUER, type TokenKind } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";
import { type KeyContext, parseInput } from "./context";
import { assertNotRevoked, recordIssued, type TokenClaims } from "./issued-tokens";
import { assertCan } from "./permissions";
import { findProductVerifier } from "./product-credentials";
import { deriveKey } from "./sealing";
import { findVerificationKey, SIGNING_ALGORITHM, signJwt } from "./signing-keys";

/** Audience of tokens meant for this sidecar; a connector's audience is its product id. */
const SIDECAR_AUDIENCE = SIDECAR_ISSUER;
const SECRET_ALGORITHM = "HS256";
/** What a product's published keys may sign with: public-key algorithms only. */
const PUBLIC_KEY_ALGORITHMS = ["EdDSA", "ES256", "ES384", "PS256", "RS256"];
const CLOCK_TOLERANCE_SECONDS = 5;
const YEAR_SECONDS = 365 * 86_400;

/** Whom a verified token names. Never what they may do: that is looked up on every request. */
export interface TokenIdentity {
  kind: TokenKind;
  subject: string;
}

const Subject = z.string().min(1).max(200);
const TtlSeconds = z.number().int().max(YEAR_SECONDS);

function claims(
  issuer: string,
  kind: TokenKind,
  subject: string,
  audience: string,
  now: Date,
): TokenClaims {
  const iat = Math.floor(now.getTime() / 1000);
  return { iss: issuer, sub: subject, aud: audience, kind, jti: randomUUID(), iat };
}

const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

function signWithSecret(payload: TokenClaims, expiresAt: Date, secret: Uint8Array) {
  return new SignJWT(payload)
    .setProtectedHeader({ alg: SECRET_ALGORITHM, typ: "JWT" })
    .setExpirationTime(expiresAt)
    .sign(secret);
}

const IssueServiceToken = z.object({
  subject: Subject,
  audience: Subject.optional(),
  ttl_seconds: TtlSeconds,
});

/**
 * A token of an agent, signed with the sidecar's own key (EdDSA). `audience`: the product whose
 * connector will check it, by the published keys alone; without one it is for this sidecar.
 */
export async function issueServiceToken({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof IssueServiceToken>;
}): Promise<string> {
  assertCan(ctx.actor, "key.manage");
  const { subject, audience, ttl_seconds } = parseInput(IssueServiceToken, input);
  const now = ctx.clock.now();
  const payload = claims(SIDECAR_ISSUER, "agent", subject, audience ?? SIDECAR_AUDIENCE, now);
  const expiresAt = after(now, ttl_seconds);
  const token = await signJwt(ctx, payload, expiresAt);
  await recordIssued(ctx, "agent", { claims: payload, expiresAt });
  return token;
}

/**
 * A token for the sidecar's own calls to a connector. It leaves no trace: it is handed to nobody else,
 * lasts minutes, and no list could revoke it there.
 */
export async function signConnectorToken({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof IssueServiceToken> & { audience: string };
}): Promise<string> {
  assertCan(ctx.actor, "key.manage");
  const { subject, ttl_seconds } = parseInput(IssueServiceToken, input);
  const now = ctx.clock.now();
  const payload = claims(SIDECAR_ISSUER, "agent", subject, input.audience, now);
  return signJwt(ctx, payload, after(now, ttl_seconds));
}

/** A token in the agent's own name (`iss` and `sub`), for whoever knows its public keys; it leaves no trace here. */
export async function signAgentToken({
  ctx,
  input: { agent_id, audience, ttl_seconds },
}: {
  ctx: VerifyContext;
  input: { agent_id: string; audience: string; ttl_seconds: number };
}): Promise<string> {
  const now = ctx.clock.now();
  const payload = claims(agent_id, "agent", agent_id, audience, now);
  return signJwt(ctx, payload, after(now, ttl_seconds));
}

const IssueUserToken = z.object({ user_id: z.uuid(), ttl_seconds: TtlSeconds });

/** A person's token for this sidecar. Only a key derived from SESSION_SECRET makes and checks it. */
export async function issueUserToken({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof IssueUserToken>;
}): Promise<string> {
  assertCan(ctx.actor, "user.manage");
  const { user_id, ttl_seconds } = parseInput(IssueUserToken, input);
  const now = ctx.clock.now();
  const payload = claims(SIDECAR_ISSUER, "user", user_id, SIDECAR_AUDIENCE, now);
  const expiresAt = after(now, ttl_seconds);
  const key = deriveKey(ctx.settings, "people-token");
  const token = await signWithSecret(payload, expiresAt, key);
  await recordIssued(ctx, "user", { claims: payload, expiresAt });
  return token;
}

const IssueProductToken = z.object({ product_id: Subject, ttl_seconds: TtlSeconds });

/**
 * A token as a product signs it for itself, with the secret shared with that product.
 * Throws `not_found` for a product without credential, `conflict` for one with keys of its own.
 */
export async function issueProductToken({
  ctx,
  input,
}: {
  ctx: KeyContext;
  input: z.input<typeof IssueProductToken>;
}): Promise<string> {
  assertCan(ctx.actor, "key.manage");
  const { product_id, ttl_seconds } = parseInput(IssueProductToken, input);
  const verifier = await findProductVerifier(ctx, product_id);
  if (verifier === null) {
    throw new AppError("not_found", `No credential of ${product_id} is registered.`);
  }
  if (verifier.kind === "jwks") {
    throw new AppError("conflict", `${product_id} signs with a key that only it has.`);
  }
  const now = ctx.clock.now();
  const payload = claims(product_id, "data-product", product_id, SIDECAR_AUDIENCE, now);
  const expiresAt = after(now, ttl_seconds);
  const token = await signWithSecret(payload, expiresAt, verifier.secret);
  await recordIssued(ctx, "data-product", { claims: payload, expiresAt });
  return token;
}

/** Everything needed to check a token, settled before anything it says is believed. */
interface Anchor {
  /** The only kind of identity this key can vouch for. */
  kind: TokenKind;
  options: JWTVerifyOptions;
  verify(options: JWTVerifyOptions): Promise<JWTVerifyResult>;
}

type VerifyContext = Pick<ServiceContext, "db" | "settings" | "clock">;

const invalid = (cause?: unknown) =>
  new AppError("unauthenticated", "The token is not valid here.", { cause });

/**
 * Which key must have signed the token. The unverified header and issuer only choose among keys;
 * each key fixes its algorithm, its issuer and the one kind of identity it can name.
 */
async function findAnchor(ctx: VerifyContext, token: string): Promise<Anchor> {
  const { alg, kid } = decodeProtectedHeader(token);
  const { iss: issuer } = decodeJwt(token);
  if (issuer === undefined || issuer.length > 200) throw invalid();
  if (issuer !== SIDECAR_ISSUER) return productAnchor(ctx, token, issuer);
  if (alg === SIGNING_ALGORITHM) {
    const key = kid === undefined ? null : await findVerificationKey(ctx, kid);
    if (key === null) throw invalid();
    return {
      kind: "agent",
      options: { algorithms: [SIGNING_ALGORITHM], issuer },
      verify: (options) => jwtVerify(token, key, options),
    };
  }
  const key = deriveKey(ctx.settings, "people-token");
  return {
    kind: "user",
    options: { algorithms: [SECRET_ALGORITHM], issuer },
    verify: (options) => jwtVerify(token, key, options),
  };
}

async function productAnchor(
  ctx: VerifyContext,
  token: string,
  productId: string,
): Promise<Anchor> {
  const verifier = await findProductVerifier(ctx, productId);
  if (verifier === null) throw invalid();
  const own = { issuer: productId, subject: productId };
  if (verifier.kind === "jwks") {
    return {
      kind: "data-product",
      options: { ...own, algorithms: PUBLIC_KEY_ALGORITHMS },
      verify: (options) => jwtVerify(token, verifier.getKey, options),
    };
  }
  return {
    kind: "data-product",
    options: { ...own, algorithms: [SECRET_ALGORITHM] },
    verify: (options) => jwtVerify(token, verifier.secret, options),
  };
}

async function verifyPayload(ctx: VerifyContext, token: string) {
  try {
    const anchor = await findAnchor(ctx, token);
    const { payload } = await anchor.verify({
      ...anchor.options,
      audience: SIDECAR_AUDIENCE,
      requiredClaims: ["exp", "sub"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: ctx.clock.now(),
    });
    return { kind: anchor.kind, payload };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (cause instanceof errors.JWTExpired) {
      throw new AppError("unauthenticated", "The token has expired.", { cause });
    }
    if (cause instanceof errors.JOSEError || cause instanceof TypeError) throw invalid(cause);
    throw cause;
  }
}

/**
 * Checks signature, algorithm, issuer, audience, subject, expiry and revocation of a token for this sidecar.
 * Throws `unauthenticated`; `unavailable` when a product's public keys cannot be fetched.
 */
export async function verifyToken({
  ctx,
  input,
}: {
  ctx: VerifyContext;
  input: { token: string };
}): Promise<TokenIdentity> {
  const { kind, payload } = await verifyPayload(ctx, input.token);
  const subject = Subject.safeParse(payload.sub);
  // A product may leave its kind out; nobody may claim another than their key can vouch for.
  const isOwnKind =
    payload.kind === kind || (kind === "data-product" && payload.kind === undefined);
  if (!subject.success || !isOwnKind) {
    throw new AppError(
      "unauthenticated",
      "The token names no identity that its key can vouch for.",
    );
  }
  await assertNotRevoked(ctx.db, payload.jti);
  return { kind, subject: subject.data };
}
