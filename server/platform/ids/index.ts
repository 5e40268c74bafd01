import { createHash, randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Random id with a prefix that says what it names: `sugg-3k9f…` (12 characters, 60 bits). */
export function newId(prefix: "sugg" | "item" | "op" | "req" | "model"): string {
  let text = "";
  for (const byte of randomBytes(12)) text += ALPHABET[byte % 32];
  return `${prefix}-${text}`;
}

/** First 16 hex characters of the SHA-256 of a text: fingerprints and cache keys. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
