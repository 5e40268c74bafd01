import { createHash, randomBytes } from "node:crypto";
import type { apiKeys } from "@/drizzle/schema";

const MARK = "ask_";
const PREFIX_LENGTH = MARK.length + 8;
const SHAPE = /^ask_[A-Za-z0-9_-]{43}$/;

/** A new key: 32 random bytes, base64url. Shown once, then only its hash exists. */
export function generateApiKey(): string {
  return MARK + randomBytes(32).toString("base64url");
}

export const isApiKeyShaped = (text: string) => SHAPE.test(text);

/** SHA-256 suffices: the key has 256 random bits, nothing to guess. */
export const hashApiKey = (key: string) => createHash("sha256").update(key).digest("hex");

export const prefixOf = (key: string) => key.slice(0, PREFIX_LENGTH);

type ApiKeyRow = typeof apiKeys.$inferSelect;

/** A key as lists show it: no hash. */
export type ApiKey = Omit<ApiKeyRow, "keyHash">;

export function withoutHash(row: ApiKeyRow): ApiKey {
  const { keyHash: _, ...key } = row;
  return key;
}
