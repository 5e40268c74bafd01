import { and, asc, eq, gt, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { sessions, userIdentities, users } from "@/drizzle/schema";
import type { PersonView } from "@/server/contracts";
import { AppError, publish, recordAudit } from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { assertCan } from "./permissions";

const isLive = and(isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`));

/** All people by address, with their sessions and how they sign in. */
export async function listPeople({ ctx }: { ctx: IdentityContext }): Promise<PersonView[]> {
  assertCan(ctx.actor, "user.manage");
  const rows = await ctx.db
    .select({
      user: users,
      isLinked: sql<boolean>`exists (select 1 from ${userIdentities}
        where ${userIdentities.userId} = ${users.id})`,
      sessionCount: sql<number>`count(${sessions.id}) filter (where ${isLive})::int`,
      lastSignIn: sql<string | null>`max(${sessions.createdAt})`,
    })
    .from(users)
    .leftJoin(sessions, eq(sessions.userId, users.id))
    .groupBy(users.id)
    .orderBy(asc(users.email));
  return rows.map(({ user, isLinked, sessionCount, lastSignIn }) => ({
    user_id: user.id,
    email: user.email,
    name: user.name,
    roles: user.roles,
    is_active: user.isActive,
    has_password: user.passwordHash !== null,
    is_linked: isLinked,
    session_count: sessionCount,
    last_sign_in_at: lastSignIn === null ? null : new Date(lastSignIn).toISOString(),
    created_at: user.createdAt.toISOString(),
  }));
}

const OfPerson = z.object({ user_id: z.uuid() });

/**
 * Ends a person's open sessions: their cookies open nothing from the next request on, and their event
 * streams end. Answers how many. Throws `conflict` when none was open.
 */
export async function revokeSessions({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof OfPerson>;
}): Promise<{ ended: number }> {
  assertCan(ctx.actor, "user.manage");
  const { user_id } = parseInput(OfPerson, input);
  return ctx.db.transaction(async (tx) => {
    const ended = await tx
      .update(sessions)
      .set({ endedAt: sql`now()` })
      .where(and(eq(sessions.userId, user_id), isLive))
      .returning({ id: sessions.id });
    if (ended.length === 0) throw new AppError("conflict", "No session is open any more.");
    await recordAudit(tx, ctx, {
      action: "session.revoke",
      subjectType: "user",
      subjectId: user_id,
      after: { sessions: ended.map(({ id }) => id) },
    });
    await publish(tx, { topic: "identity", id: user_id });
    return { ended: ended.length };
  });
}
