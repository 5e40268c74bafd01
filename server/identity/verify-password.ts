import { eq } from "drizzle-orm";
import { users } from "@/drizzle/schema";
import type { Database } from "@/server/platform";
import { passwordFits } from "./password";
import { forgetAttempts, noteAttempt } from "./sign-in-attempts";
import { type User, withoutSecret } from "./user";

const PASSWORD_LENGTH_MAX = 200;

/**
 * The active user with this address and password, or null (unknown, wrong and deactivated look
 * alike and take the same time). Throws `rate_limited` after too many failures.
 */
export async function verifyPassword({
  db,
  input,
}: {
  db: Database;
  input: { email: string; password: string; address: string };
}): Promise<User | null> {
  const email = input.email.trim().toLowerCase().slice(0, 254);
  const source = { email, address: input.address.slice(0, 100) };
  await noteAttempt(db, source);
  const [row] = await db.select().from(users).where(eq(users.email, email));
  const password = input.password.slice(0, PASSWORD_LENGTH_MAX + 1);
  const fits = await passwordFits(row?.passwordHash, password);
  if (row === undefined || !fits || !row.isActive) return null;
  await forgetAttempts(db, source);
  return withoutSecret(row);
}
