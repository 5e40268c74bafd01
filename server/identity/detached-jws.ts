import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import type { PublicKey, PublicKeySet } from "@/server/contracts";
import { AppError, Lru } from "@/server/platform";

const SIGNATURE_CHARACTERS_MAX = 4000;
const SIGNATURE_BYTES = 64;
const FORM = /^(?<header>[\w-]+)\.\.(?<signature>[\w-]+)$/;

/**
 * All that a header may say. What names a key of its own (`jwk`, `jku`, `x5c`) or changes what is signed
 * (`b64`, `crit`) is not among it.
 */
const Header = z.strictObject({
  alg: z.literal("EdDSA"),
  kid: z.string().min(1).max(200),
  typ: z.string().max(100).optional(),
});
type Header = z.infer<typeof Header>;

interface Detached {
  header: Header;
  encodedHeader: string;
  bytes: Buffer;
}

const refused = (reason: "bad_signature" | "unknown_key", text: string, cause?: unknown) =>
  new AppError("unauthenticated", text, { cause, details: { reason } });

/** Bytes of base64url in its one canonical form: another spelling of a signature is no signature. */
function decodeExact(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new Error("not canonical base64url");
  return bytes;
}

const HEADERS_MAX = 500;
/** Headers that were read, as they were encoded: thousands of signatures have the same. */
const headers = new Lru<Header>(HEADERS_MAX);

function readHeader(encoded: string): Header {
  const found = headers.get(encoded);
  if (found !== undefined) return found;
  const header = Header.parse(JSON.parse(decodeExact(encoded).toString("utf8")));
  headers.set(encoded, header);
  return header;
}

/** The parts of a compact JWS without payload. Throws `unauthenticated` (reason `bad_signature`). */
function readDetached(jws: string): Detached {
  const { header = "", signature = "" } =
    (jws.length <= SIGNATURE_CHARACTERS_MAX ? FORM.exec(jws)?.groups : undefined) ?? {};
  try {
    const bytes = decodeExact(signature);
    if (bytes.byteLength !== SIGNATURE_BYTES) throw new Error("not 64 bytes");
    return { header: readHeader(header), encodedHeader: header, bytes };
  } catch (cause) {
    const text =
      "The signature is not a detached compact JWS with the header parameters alg (EdDSA) and kid alone.";
    throw refused("bad_signature", text, cause);
  }
}

/** Which key a detached signature names; nothing is verified. Throws as verifyDetached does. */
export const keyIdOf = (jws: string): string => readDetached(jws).header.kid;

const KEYS_MAX = 500;
const opened = new Lru<KeyObject>(KEYS_MAX);

function openPublicKey({ kty, crv, x }: PublicKey): KeyObject {
  const found = opened.get(x);
  if (found !== undefined) return found;
  const key = createPublicKey({ key: { kty, crv, x }, format: "jwk" });
  opened.set(x, key);
  return key;
}

/** The bytes that a JWS signs (RFC 7515, 5.1). */
export const signingInput = (encodedHeader: string, text: string): Buffer =>
  Buffer.from(`${encodedHeader}.${Buffer.from(text, "utf8").toString("base64url")}`);

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Beside the event loop, in a thread. */
const verifyAside = promisify(verify);

/** What is verified: bytes, key and signature; null: nothing was ever signed like that. */
function verificationOf(key: PublicKey, text: string, { encodedHeader, bytes }: Detached) {
  // Encoded as UTF-8 it would be the same bytes as another text.
  if (LONE_SURROGATE.test(text)) return null;
  try {
    return { input: signingInput(encodedHeader, text), key: openPublicKey(key), bytes };
  } catch {
    // Not a point of the curve.
    return null;
  }
}

interface SignedText {
  text: string;
  signature: string;
  typ?: string;
}

/** The key that a signature names and what is to be verified with it; throws as verifyDetached does. */
function prepare({ keys }: PublicKeySet, { text, signature, typ = "JOSE" }: SignedText) {
  const detached = readDetached(signature);
  const { kid } = detached.header;
  const key = keys.find((each) => each.kid === kid);
  if (key === undefined)
    throw refused("unknown_key", "The signature names a key that is not known.");
  const isTyped = (detached.header.typ ?? "JOSE") === typ;
  return { kid, verification: isTyped ? verificationOf(key, text, detached) : null };
}

const unfit = () => refused("bad_signature", "The signature does not fit the text.");

/**
 * Checks a detached compact JWS (RFC 7515, appendix F; EdDSA) over the very text, with the key of the set
 * that its header names and of the named type (`JOSE`, as of one that names none). Throws `unauthenticated`; `details.reason` is `unknown_key` or `bad_signature`.
 */
export function verifyDetached(jwks: PublicKeySet, signed: SignedText): { kid: string } {
  const { kid, verification: asked } = prepare(jwks, signed);
  if (asked === null || !verify(null, asked.input, asked.key, asked.bytes)) throw unfit();
  return { kid };
}

/** The same beside the event loop, for thousands a second. */
export async function verifyDetachedAside(
  jwks: PublicKeySet,
  signed: SignedText,
): Promise<{ kid: string }> {
  const { kid, verification: asked } = prepare(jwks, signed);
  if (asked === null || !(await verifyAside(null, asked.input, asked.key, asked.bytes))) {
    throw unfit();
  }
  return { kid };
}
