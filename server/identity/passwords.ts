import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

/** Argon2id is the library's default algorithm; memory and passes as OWASP advises (19 MiB, 2). */
const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD_LENGTH_MAX = 200;

export const Password = z
  .string()
  .min(10, "must have at least 10 characters")
  .max(PASSWORD_LENGTH_MAX, `must have at most ${PASSWORD_LENGTH_MAX} characters`);

export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2_OPTIONS);
}

let dummy: Promise<string> | undefined;

/**
 * True when the password is the one that was hashed. Without a hash (unknown user) the same work
 * is done against a dummy, so that the time taken does not tell whether the user exists.
 */
export async function verifyPassword(
  passwordHash: string | undefined,
  password: string,
): Promise<boolean> {
  dummy ??= hashPassword("no user has this password");
  const isRight = await verify(passwordHash ?? (await dummy), password);
  return isRight && passwordHash !== undefined;
}
