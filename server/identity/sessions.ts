import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { sessions, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import {
  AppError,
  type Database,
  keptSince,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { toActor, toPublicUser } from "./users";

/** Hours a sign-in lasts at most, used or not; roles are read anew on every request anyway. */
export const SESSION_HOURS_MAX = 12;

type RowContext = Pick<ServiceContext, "actor" | "requestId">;

/** Begins a session of the acting person; answers its id. */
export async function startSession(
  tx: Transaction,
  ctx: RowContext,
  { network }: { network: string },
): Promise<string> {
  const values = {
    userId: ctx.actor.id,
    network,
    expiresAt: sql`now() + make_interval(hours => ${SESSION_HOURS_MAX})`,
  };
  const [inserted] = await tx.insert(sessions).values(values).returning({ id: sessions.id });
  if (inserted === undefined) throw new AppError("internal", "The session was not stored.");
  const { id } = inserted;
  await recordAudit(tx, ctx, {
    action: "session.start",
    subjectType: "session",
    subjectId: id,
    after: { network },
  });
  return id;
}

/** True when this person has signed in from there, as far back as sessions are kept. */
export async function hasSignedInFrom(
  tx: Transaction,
  { userId, network }: { userId: string; network: string },
): Promise<boolean> {
  const isThis = and(eq(sessions.userId, userId), eq(sessions.network, network));
  return (await tx.$count(sessions, isThis)) > 0;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The person of a session that has neither ended nor expired; null when it opens nothing. */
export async function findSessionUser(
  db: Database,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<Actor | null> {
  if (!UUID.test(sessionId) || !UUID.test(userId)) return null;
  const isLive = and(
    eq(sessions.id, sessionId),
    eq(sessions.userId, userId),
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, sql`now()`),
  );
  const [row] = await db
    .select({ user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(isLive, eq(users.isActive, true)));
  return row === undefined ? null : toActor(toPublicUser(row.user));
}

/**
 * Signs a person out: the session opens nothing from now on, whoever holds a copy of its cookie, and
 * its event streams end. One that has ended already stays as it is.
 */
export async function endSession({
  ctx,
  input: { session_id, user_id },
}: {
  ctx: Pick<ServiceContext, "db" | "requestId">;
  input: { session_id: string; user_id: string };
}): Promise<void> {
  const actor = await findSessionUser(ctx.db, { sessionId: session_id, userId: user_id });
  if (actor === null) return;
  await ctx.db.transaction(async (tx) => {
    const ended = await tx
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(eq(sessions.id, session_id), isNull(sessions.endedAt)))
      .returning({ id: sessions.id });
    if (ended.length === 0) return;
    const by = { actor, requestId: ctx.requestId };
    await recordAudit(tx, by, {
      action: "session.end",
      subjectType: "session",
      subjectId: session_id,
    });
    await publish(tx, { topic: "identity", id: user_id });
  });
}

/** Deletes sessions begun longer ago than they are kept; until then ended ones say where a person signed in from. */
export async function pruneSessions({ ctx }: { ctx: Pick<ServiceContext, "db"> }): Promise<number> {
  const isOld = lt(sessions.createdAt, await keptSince(ctx.db, "sessions"));
  const { count } = await ctx.db.delete(sessions).where(isOld);
  return count;
}
