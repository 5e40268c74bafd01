import { eq } from "drizzle-orm";
import { notificationPreferences } from "@/drizzle/schema";
import {
  type Actor,
  CHOSEN_EVENTS,
  DEFAULT_PREFERENCES,
  NOTIFICATION_EVENTS,
  NotificationPreferences,
  type OwnPreferences,
} from "@/server/contracts";
import { isAllowed, parseInput } from "@/server/identity";
import { AppError, recordAudit, type ServiceContext } from "@/server/platform";

function assertSignedIn(actor: Actor): void {
  if (actor.kind === "user") return;
  throw new AppError("forbidden", "Only a signed-in person has preferences.");
}

/** What the signed-in person has chosen. Throws `forbidden` for anybody else. */
export async function getPreferences({ ctx }: { ctx: ServiceContext }): Promise<OwnPreferences> {
  assertSignedIn(ctx.actor);
  const [row] = await ctx.db
    .select()
    .from(notificationPreferences)
    .where(eq(notificationPreferences.userId, ctx.actor.id));
  return {
    preferences: row?.preferences ?? DEFAULT_PREFERENCES,
    events: CHOSEN_EVENTS.filter((event) => {
      const { needs } = NOTIFICATION_EVENTS[event];
      return needs !== null && isAllowed(ctx.actor, needs);
    }),
    slack_user_id: row?.slackUserId ?? null,
  };
}

/** Replaces what the signed-in person has chosen, for notifications from now on. Throws `forbidden`, `invalid_input`. */
export async function setPreferences({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: NotificationPreferences;
}): Promise<OwnPreferences> {
  assertSignedIn(ctx.actor);
  const preferences = parseInput(NotificationPreferences, input);
  const { id: userId } = ctx.actor;
  await ctx.db.transaction(async (tx) => {
    const isOwn = eq(notificationPreferences.userId, userId);
    const [before] = await tx.select().from(notificationPreferences).where(isOwn).for("update");
    const set = { preferences, updatedAt: ctx.clock.now() };
    await tx
      .insert(notificationPreferences)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target: notificationPreferences.userId, set });
    await recordAudit(tx, ctx, {
      ...{ action: "user.set_notifications", subjectType: "user", subjectId: userId },
      ...{ before: before?.preferences ?? null, after: preferences },
    });
  });
  return getPreferences({ ctx });
}
