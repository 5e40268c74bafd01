import type { WebClient } from "@slack/web-api";
import { and, eq, sql } from "drizzle-orm";
import { notificationPreferences, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { isUniqueViolation, newId, type Root, recordAudit } from "@/server/platform";
import { actorOf } from "../people";
import { slackFault, toSlackError } from "./client";

/** A member as far as it matters who it is. */
interface Member {
  id?: string;
  team_id?: string;
  deleted?: boolean;
  is_bot?: boolean;
  is_stranger?: boolean;
  is_email_confirmed?: boolean;
  profile?: { email?: string };
}

/**
 * The person here whom a member of our workspace is: by the stored member id, else by the address that Slack has
 * confirmed. null: nobody, or not a member (guests of other workspaces, bots, deactivated accounts). Throws
 * `unavailable` or `rate_limited` when Slack cannot tell.
 */
export async function findSlackPerson({
  ctx,
  input: { slack, slackUserId },
}: {
  ctx: Pick<Root, "db" | "clock">;
  input: { slack: WebClient; slackUserId: string };
}): Promise<Actor | null> {
  const member = await readMember(slack, slackUserId);
  if (member === null) return null;
  const known = await findByMemberId(ctx, slackUserId);
  if (known !== null) return known;
  const email = member.is_email_confirmed === true ? member.profile?.email : undefined;
  if (email === undefined) return null;
  const [user] = await ctx.db
    .select()
    .from(users)
    .where(and(eq(users.email, email.trim().toLowerCase()), eq(users.isActive, true)));
  if (user === undefined) return null;
  if (await remember(ctx, user, slackUserId)) return actorOf(user);
  // Two presses at once: the other one kept it.
  return findByMemberId(ctx, slackUserId);
}

/** Slack's word on a member; null for one of another workspace, a bot, or somebody who left. */
async function readMember(slack: WebClient, slackUserId: string): Promise<Member | null> {
  try {
    const [{ team_id: team }, { user }] = await Promise.all([
      slack.auth.test(),
      slack.users.info({ user: slackUserId }),
    ]);
    const member = user as Member | undefined;
    const isOurs = member?.id === slackUserId && member.team_id === team && !member.is_stranger;
    return isOurs && !member.deleted && !member.is_bot ? member : null;
  } catch (error) {
    const fault = slackFault(error);
    // Without the scope, or for an unknown member: we do not know who it is.
    if (fault !== null && fault !== "ratelimited") return null;
    throw toSlackError(error);
  }
}

async function findByMemberId(
  { db }: Pick<Root, "db">,
  slackUserId: string,
): Promise<Actor | null> {
  const [row] = await db
    .select({ user: users })
    .from(notificationPreferences)
    .innerJoin(users, eq(users.id, notificationPreferences.userId))
    .where(and(eq(notificationPreferences.slackUserId, slackUserId), eq(users.isActive, true)));
  return row === undefined ? null : actorOf(row.user);
}

/**
 * Keeps who it is, for direct messages, with the reason in the audit trail. False: this person is known as another
 * member, or the member as somebody who was shut out.
 */
async function remember(
  ctx: Pick<Root, "db" | "clock">,
  { id: userId, email }: typeof users.$inferSelect,
  slackUserId: string,
): Promise<boolean> {
  const actor: Actor = { kind: "system", id: "slack", label: "slack", roles: ["admin"] };
  const link = ctx.db.transaction(async (tx) => {
    const kept = await tx
      .insert(notificationPreferences)
      .values({ userId, slackUserId })
      .onConflictDoUpdate({
        target: notificationPreferences.userId,
        set: { slackUserId, updatedAt: ctx.clock.now() },
        setWhere: sql`${notificationPreferences.slackUserId} is null`,
      })
      .returning({ userId: notificationPreferences.userId });
    if (kept.length === 0) return false;
    await recordAudit(
      tx,
      { actor, requestId: `slack-${newId("req")}` },
      {
        ...{ action: "user.link_slack", subjectType: "user", subjectId: userId },
        ...{ before: { slack_user_id: null }, after: { slack_user_id: slackUserId, email } },
      },
    );
    return true;
  });
  return link.catch((error: unknown) => {
    if (isUniqueViolation(error)) return false;
    throw error;
  });
}
