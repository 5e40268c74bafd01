import { and, eq, lt, or, sql } from "drizzle-orm";
import { signInAttempts, users } from "@/drizzle/schema";
import { AppError, type Database, type ServiceContext } from "@/server/platform";
import { PASSWORD_LENGTH_MAX, verifyPassword } from "./passwords";
import { EMAIL_LENGTH_MAX, toPublicUser, type User } from "./users";

const WINDOW_MINUTES = 15;
/** Failures inside the window: one person from one place, one person from anywhere, one place. */
const FAILURES_MAX = { pair: 10, email: 50, address: 100 };

interface SignInSource {
  /** Lower case. */
  email: string;
  /** Network address as the web server saw it. */
  address: string;
}

async function countRecent(db: Database, source: SignInSource) {
  const isEmail = eq(signInAttempts.email, source.email);
  const isAddress = eq(signInAttempts.address, source.address);
  const since = sql`now() - make_interval(mins => ${WINDOW_MINUTES})`;
  const [counts] = await db
    .select({
      pair: sql<number>`count(*) filter (where ${and(isEmail, isAddress)})::int`,
      email: sql<number>`count(*) filter (where ${isEmail})::int`,
      address: sql<number>`count(*) filter (where ${isAddress})::int`,
    })
    .from(signInAttempts)
    .where(and(or(isEmail, isAddress), sql`${signInAttempts.at} > ${since}`));
  return counts ?? { pair: 0, email: 0, address: 0 };
}

/**
 * Records an attempt before the password is checked (so that parallel guesses count each other)
 * and throws `rate_limited` when there were too many.
 */
async function recordAttempt(db: Database, source: SignInSource): Promise<void> {
  await db.insert(signInAttempts).values(source);
  const counts = await countRecent(db, source);
  if (
    counts.pair <= FAILURES_MAX.pair &&
    counts.email <= FAILURES_MAX.email &&
    counts.address <= FAILURES_MAX.address
  ) {
    return;
  }
  throw new AppError("rate_limited", "Too many failed sign-ins. Try again in 15 minutes.", {
    details: { retry_after_seconds: WINDOW_MINUTES * 60 },
  });
}

/** After a success: deletes this person's failures from this place, and everybody's old ones. */
async function clearAttempts(db: Database, source: SignInSource): Promise<void> {
  const isPair = and(
    eq(signInAttempts.email, source.email),
    eq(signInAttempts.address, source.address),
  );
  const isOld = lt(signInAttempts.at, sql`now() - interval '1 day'`);
  await db.delete(signInAttempts).where(or(isPair, isOld));
}

/**
 * The active user with this address and password, or null (unknown, wrong and deactivated look
 * alike and take the same time). Throws `rate_limited` after too many failures.
 */
export async function verifyCredentials({
  ctx: { db },
  input,
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { email: string; password: string; address: string };
}): Promise<User | null> {
  const email = input.email.trim().toLowerCase().slice(0, EMAIL_LENGTH_MAX);
  const source = { email, address: input.address.slice(0, 100) };
  await recordAttempt(db, source);
  const [row] = await db.select().from(users).where(eq(users.email, email));
  const password = input.password.slice(0, PASSWORD_LENGTH_MAX + 1);
  const isRight = await verifyPassword(row?.passwordHash, password);
  if (row === undefined || !isRight || !row.isActive) return null;
  await clearAttempts(db, source);
  return toPublicUser(row);
}
