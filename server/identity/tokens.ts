import { randomUUID } from "node:crypto";
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { AppError, env } from "@/server/platform";

const ISSUER = "agentic-sidecar";
/** Audience of tokens meant for this sidecar; a connector's audience is its product id. */
const SIDECAR_AUDIENCE = "agentic-sidecar";
const ALGORITHM = "HS256";
const CLOCK_TOLERANCE_SECONDS = 5;

export const TokenKind = z.enum(["user", "data-product", "agent"]);
export type TokenKind = z.infer<typeof TokenKind>;

const Claims = z.object({ sub: z.string().min(1).max(200), kind: TokenKind });

/** Whom a verified token names. Never what they may do: that is looked up on every request. */
export interface TokenIdentity {
  kind: TokenKind;
  subject: string;
}

const secretKey = () => new TextEncoder().encode(env().AUTH_SECRET);

/**
 * A signed token (HS256 with AUTH_SECRET). `subject`: a user's id, a product id or an agent id.
 * `audience` defaults to this sidecar; pass the product id for a token the connector will check.
 */
export async function issueToken(input: {
  kind: TokenKind;
  subject: string;
  audience?: string;
  ttlSeconds: number;
}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ kind: input.kind })
    .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
    .setIssuer(ISSUER)
    .setAudience(input.audience ?? SIDECAR_AUDIENCE)
    .setSubject(input.subject)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + input.ttlSeconds)
    .sign(secretKey());
}

async function verifiedPayload(token: string, audience: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, secretKey(), {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience,
      requiredClaims: ["exp", "sub"],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return payload;
  } catch (cause) {
    const isExpired = cause instanceof errors.JWTExpired;
    throw new AppError(
      "unauthenticated",
      isExpired ? "The token has expired." : "The token is not valid here.",
      { cause },
    );
  }
}

/** Checks signature, algorithm, issuer, audience and expiry. Throws `unauthenticated`. */
export async function verifyToken(
  token: string,
  audience = SIDECAR_AUDIENCE,
): Promise<TokenIdentity> {
  const claims = Claims.safeParse(await verifiedPayload(token, audience));
  if (!claims.success) {
    throw new AppError("unauthenticated", "The token names no identity known here.");
  }
  return { kind: claims.data.kind, subject: claims.data.sub };
}

/** verifyToken for machine-to-machine calls: a person's token is refused too. */
export async function verifyServiceToken(token: string, audience: string): Promise<TokenIdentity> {
  const identity = await verifyToken(token, audience);
  if (identity.kind === "user") {
    throw new AppError("unauthenticated", "A person's token is not accepted here.");
  }
  return identity;
}
