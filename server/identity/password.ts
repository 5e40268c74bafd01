import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

/** Argon2id is the library's default algorithm; memory and passes as OWASP advises (19 MiB, 2). */
const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const Password = z
  .string()
  .min(10, "must have at least 10 characters")
  .max(200, "must have at most 200 characters");

export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2_OPTIONS);
}

let dummy: Promise<string> | undefined;

/**
 * True when the password fits the hash. Without a hash (unknown user) the same work is done
 * against a dummy, so that the time taken does not tell whether the user exists.
 */
export async function passwordFits(
  passwordHash: string | undefined,
  password: string,
): Promise<boolean> {
  dummy ??= hashPassword("no user has this password");
  const fits = await verify(passwordHash ?? (await dummy), password);
  return fits && passwordHash !== undefined;
}
