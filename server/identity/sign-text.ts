import { createPrivateKey, sign } from "node:crypto";
import { promisify } from "node:util";
import type { Database, ServiceContext } from "@/server/platform";
import { signingInput } from "./detached-jws";
import { type OpenedKey, openedKeys } from "./opened-key";
import { loadSigner, SIGNING_ALGORITHM } from "./signing-keys";

/** Beside the event loop, in a thread. */
const signAside = promisify(sign);

/** A rotation by another process is noticed within this time. */
const CHECK_MS = 250;
/** What is signed now verifies at least this long, also when the pair is retired meanwhile. */
const VERIFIES_MS = 3_600_000;

type SignerContext = Pick<ServiceContext, "db" | "settings" | "clock">;

/** Calls that come while the key is being asked for wait for the one answer. */
const asking = new WeakMap<Database, Promise<OpenedKey>>();

async function ask(ctx: SignerContext): Promise<OpenedKey> {
  const askedMs = performance.now();
  const known = openedKeys.get(ctx.db)?.key;
  const verifiesUntil = new Date(ctx.clock.now().getTime() + VERIFIES_MS);
  const { kid, openJwk } = await loadSigner(ctx, verifiesUntil);
  const key = known?.kid === kid ? known : openKey(kid, openJwk());
  openedKeys.set(ctx.db, { key, untilMs: askedMs + CHECK_MS });
  return key;
}

function openKey(kid: string, jwk: Record<string, unknown>): OpenedKey {
  const header = JSON.stringify({ alg: SIGNING_ALGORITHM, kid });
  return {
    kid,
    privateKey: createPrivateKey({ key: jwk, format: "jwk" }),
    encodedHeader: Buffer.from(header).toString("base64url"),
  };
}

async function currentKey(ctx: SignerContext): Promise<OpenedKey> {
  const kept = openedKeys.get(ctx.db);
  if (kept !== undefined && performance.now() < kept.untilMs) return kept.key;
  const asked = asking.get(ctx.db) ?? ask(ctx).finally(() => asking.delete(ctx.db));
  asking.set(ctx.db, asked);
  return asked;
}

/**
 * A detached compact JWS (RFC 7515, appendix F; EdDSA, header `alg` and `kid`) over the very bytes of the
 * text, with the sidecar's active key. Made for thousands a second: the opened key is kept, and asked for
 * every 250 ms. Throws `misconfigured` when the key does not open.
 */
export async function signDetached({
  ctx,
  input: { text },
}: {
  ctx: SignerContext;
  input: { text: string };
}): Promise<{ signature: string; kid: string }> {
  const { kid, privateKey, encodedHeader } = await currentKey(ctx);
  const signed = await signAside(null, signingInput(encodedHeader, text), privateKey);
  return { kid, signature: `${encodedHeader}..${signed.toString("base64url")}` };
}
