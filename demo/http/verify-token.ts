import { readFile } from "node:fs/promises";
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from "jose";
import { SIDECAR_ISSUER } from "@/server/contracts";
import { AppError } from "@/server/platform";

const CLOCK_TOLERANCE_SECONDS = 5;

const COOLDOWN_MS = 5000;

/**
 * Checks the sidecar's tokens (docs/connector.md) with its public keys alone. `jwksUrl`: its
 * `/.well-known/jwks.json`, or a `file:` copy of that. The keys are fetched with the first token,
 * so that this product may start before the sidecar does, and again every ten minutes.
 *
 * The returned function throws `unauthenticated` for a token that is not good, `unavailable` while
 * the keys cannot be had.
 */
export function createTokenVerifier({
  jwksUrl,
  productId,
  agentId,
  cooldownMs = COOLDOWN_MS,
}: {
  jwksUrl: string;
  productId: string;
  /** The sidecar's agent: tokens that it signed for others are for its own doors, not for this one. */
  agentId: string;
  /** An unknown key id makes it fetch the keys again, but not more often than this. */
  cooldownMs?: number;
}): (token: string) => Promise<void> {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: cooldownMs,
    [customFetch]: fetchKeys,
  });
  return async (token) => {
    try {
      await jwtVerify(token, keys, {
        algorithms: ["EdDSA"],
        issuer: SIDECAR_ISSUER,
        audience: productId,
        subject: agentId,
        requiredClaims: ["exp", "sub", "jti"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const isKeySetBroken =
        cause instanceof errors.JWKSTimeout || cause instanceof errors.JWKSInvalid;
      if (isKeySetBroken) throw unavailable(cause);
      throw new AppError("unauthenticated", "The token is not good here.", { cause });
    }
  };
}

const unavailable = (cause: unknown) =>
  new AppError("unavailable", "The sidecar's public keys cannot be fetched now.", { cause });

async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  try {
    const address = new URL(url);
    const response =
      address.protocol === "file:"
        ? new Response(await readFile(address))
        : await fetch(address, options);
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return response;
  } catch (cause) {
    throw unavailable(cause);
  }
}
