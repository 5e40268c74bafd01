import { and, eq, gt, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { signInAttempts, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { AppError, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { networkOf } from "@/server/platform/http";
import { parseInput } from "./context";
import { PASSWORD_LENGTH_MAX, verifyPassword } from "./passwords";
import { hasSignedInFrom, startSession } from "./sessions";
import { EMAIL_LENGTH_MAX, toActor, toPublicUser, type User } from "./users";

/** Failures of one person from one network that cost nothing but themselves. */
const FREE_FAILURES = 5;
/** Then each doubles the wait: 1 s, 2 s, 4 s … */
const WAIT_SECONDS_MAX = 900;
/** Failures older than this are forgotten. */
const FORGET_HOURS = 1;
/** Failures of one network, whoever they were about, before it has to wait with people new to it. */
const NETWORK_FAILURES_MAX = 100;
const NETWORK_MINUTES = 15;

const noNul = z.string().refine((text) => !text.includes("\0"), "must not hold NUL");
const SignIn = z.object({ email: noNul, password: noNul, address: z.string() });

type SignInContext = Pick<ServiceContext, "db" | "requestId">;

/** Who tries: a name as typed (lower case), from a network. */
interface Source {
  email: string;
  address: string;
}

/** Nobody is known until the password was right. */
const DOOR: Actor = { kind: "system", id: "sign-in", label: "sign-in", roles: [] };

const isPair = (source: Source) =>
  and(eq(signInAttempts.email, source.email), eq(signInAttempts.address, source.address));

const within = (interval: SQL) => gt(signInAttempts.at, sql`now() - ${interval}`);

const waitSeconds = (failures: number) =>
  failures < FREE_FAILURES ? 0 : Math.min(WAIT_SECONDS_MAX, 2 ** (failures - FREE_FAILURES));

function tooMany(seconds: number): AppError {
  return new AppError("rate_limited", `Too many failed sign-ins. Try again in ${seconds} s.`, {
    details: { retry_after_seconds: seconds },
  });
}

/** Failures of this person from this network, and the seconds since the last one. */
async function countPair(tx: Transaction, source: Source) {
  const [row] = await tx
    .select({
      failures: sql<number>`count(*)::int`,
      ageSeconds: sql<number>`coalesce(extract(epoch from now() - max(${signInAttempts.at})), 0)::float`,
    })
    .from(signInAttempts)
    .where(and(isPair(source), within(sql`make_interval(hours => ${FORGET_HOURS})`)));
  return row ?? { failures: 0, ageSeconds: 0 };
}

/** A network that guesses at many people waits, but never one of its own who signed in from there. */
async function assertNetworkMayTry(tx: Transaction, source: Source, user: User | null) {
  const isRecent = within(sql`make_interval(mins => ${NETWORK_MINUTES})`);
  const ofNetwork = and(eq(signInAttempts.address, source.address), isRecent);
  if ((await tx.$count(signInAttempts, ofNetwork)) < NETWORK_FAILURES_MAX) return;
  const known = { userId: user?.id ?? "", network: source.address };
  if (user !== null && (await hasSignedInFrom(tx, known))) return;
  throw tooMany(NETWORK_MINUTES * 60);
}

/**
 * Counts an attempt as failed before the password is checked, so that parallel guesses wait for each
 * other; answers the failures so far, this one included. Only who fails from a network has to wait
 * there: nobody else's failures shut a person out. Throws `rate_limited`.
 */
function recordAttempt(ctx: SignInContext, source: Source, user: User | null): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    const name = JSON.stringify([source.email, source.address]);
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('sign-in'), hashtext(${name}))`);
    const { failures, ageSeconds } = await countPair(tx, source);
    const left = Math.ceil(waitSeconds(failures) - ageSeconds);
    if (left > 0) throw tooMany(left);
    await assertNetworkMayTry(tx, source, user);
    await tx.insert(signInAttempts).values({ ...source, at: sql`now()` });
    return failures + 1;
  });
}

/** What the audit trail keeps of a name: people type passwords into the wrong field. */
const shownName = (email: string) =>
  z.email().safeParse(email).success ? email : "not an address";

async function recordFailure(
  ctx: SignInContext,
  { source, user, failures }: { source: Source; user: User | null; failures: number },
): Promise<void> {
  const by = { actor: DOOR, requestId: ctx.requestId };
  const about = { subjectType: "user", subjectId: user?.id ?? "unknown" };
  const after = { email: shownName(source.email), address: source.address };
  const wait_seconds = waitSeconds(failures);
  await ctx.db.transaction(async (tx) => {
    await recordAudit(tx, by, { action: "sign_in.fail", ...about, after });
    if (wait_seconds === 0) return;
    const told = { ...after, failures, wait_seconds };
    await recordAudit(tx, by, { action: "sign_in.back_off", ...about, after: told });
  });
}

/** After a success: this person's failures from there are forgotten, and everybody's old ones. */
function begin(ctx: SignInContext, source: Source, user: User): Promise<string> {
  return ctx.db.transaction(async (tx) => {
    await tx.delete(signInAttempts).where(isPair(source));
    await tx.delete(signInAttempts).where(lt(signInAttempts.at, sql`now() - interval '1 day'`));
    const by = { actor: toActor(user), requestId: ctx.requestId };
    return startSession(tx, by, { network: source.address });
  });
}

/**
 * Begins a session of the active user with this address and password; null otherwise (unknown, wrong
 * and deactivated look alike and take the same time). Throws `invalid_input`, or `rate_limited` after
 * too many failures from that network.
 */
export async function signIn({
  ctx,
  input,
}: {
  ctx: SignInContext;
  input: { email: string; password: string; address: string };
}): Promise<{ user: User; sessionId: string } | null> {
  const given = parseInput(SignIn, input);
  const email = given.email.trim().toLowerCase().slice(0, EMAIL_LENGTH_MAX);
  const source = { email, address: networkOf(given.address.slice(0, 100)) };
  const [row] = await ctx.db.select().from(users).where(eq(users.email, email));
  const user = row === undefined ? null : toPublicUser(row);
  const failures = await recordAttempt(ctx, source, user);
  const password = given.password.slice(0, PASSWORD_LENGTH_MAX + 1);
  const isRight = await verifyPassword(row?.passwordHash ?? undefined, password);
  if (user === null || !isRight || !user.isActive) {
    await recordFailure(ctx, { source, user, failures });
    return null;
  }
  return { user, sessionId: await begin(ctx, source, user) };
}
