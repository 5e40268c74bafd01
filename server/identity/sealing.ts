import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { AppError, type Settings } from "@/server/platform";

/**
 * What SESSION_SECRET is used for. Each purpose has a key of its own, so that no key ever serves
 * two algorithms and none of them tells anything about another.
 */
type Purpose =
  | "session-cookie"
  | "people-token"
  | "signing-key"
  | "product-secret"
  | "webhook-secret";

const SALT = "agentic-sidecar";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

/** The 32-byte key of a purpose: HKDF-SHA256 (RFC 5869) of SESSION_SECRET. Throws `misconfigured`. */
export function deriveKey(settings: Settings, purpose: Purpose): Buffer {
  const { SESSION_SECRET } = settings;
  if (SESSION_SECRET === undefined) {
    throw new AppError(
      "misconfigured",
      "SESSION_SECRET is not set: this process can neither check sign-ins nor open the sidecar's keys.",
    );
  }
  return Buffer.from(hkdfSync("sha256", SESSION_SECRET, SALT, purpose, KEY_BYTES));
}

/**
 * A secret as it may lie in the database: AES-256-GCM under the key of its purpose. `owner` (a key
 * id, a product id) is authenticated with it: moved to another row, it does not open.
 */
export function seal(
  settings: Settings,
  purpose: Purpose,
  { owner, secret }: { owner: string; secret: string },
): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", deriveKey(settings, purpose), nonce);
  cipher.setAAD(Buffer.from(owner));
  const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  const sealed = Buffer.concat([nonce, body, cipher.getAuthTag()]);
  return `${VERSION}.${sealed.toString("base64url")}`;
}

/** The secret of a sealed text. Throws `misconfigured`: another SESSION_SECRET, or a changed row. */
export function unseal(
  settings: Settings,
  purpose: Purpose,
  { owner, sealed }: { owner: string; sealed: string },
): string {
  const key = deriveKey(settings, purpose);
  try {
    const [version, text = ""] = sealed.split(".");
    const bytes = Buffer.from(text, "base64url");
    if (version !== VERSION) throw new Error(`unknown format ${version}`);
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(owner));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new AppError(
      "misconfigured",
      `The stored ${purpose.replace("-", " ")} of ${owner} does not open: it was stored under ` +
        "another SESSION_SECRET. Restore that one, or see “Lost secret” in the runbook.",
      { cause },
    );
  }
}
