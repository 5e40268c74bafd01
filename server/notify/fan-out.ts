import { asc, eq } from "drizzle-orm";
import {
  notificationDeliveries,
  notificationPreferences,
  notifications,
  users,
  webhooks,
} from "@/drizzle/schema";
import { NOTIFICATION_EVENTS, type NotificationEvent } from "@/server/contracts";
import { actorKey, isAllowed } from "@/server/identity";
import { publish, type ServiceContext, type Settings } from "@/server/platform";
import { enqueueJob } from "@/server/queue";
import { type Channels, chooseRecipients, type Person } from "./choose-recipients";
import { actorOf } from "./people";

/**
 * Finds the recipients of a notification and queues one delivery for each. Done again after a crash it adds
 * nothing: a recipient has one delivery of a notification. A notification that was pruned is left alone.
 */
export async function fanOut({
  ctx,
  input: { notificationId },
}: {
  ctx: ServiceContext;
  input: { notificationId: string };
}): Promise<void> {
  const [row] = await ctx.db
    .select()
    .from(notifications)
    .where(eq(notifications.id, notificationId));
  if (row === undefined) return;
  const [people, channels] = await Promise.all([
    readPeople(ctx, row.event),
    readChannels(ctx, ctx.settings),
  ]);
  const now = ctx.clock.now();
  const planned = chooseRecipients(row, { people, channels, now });
  if (planned.length === 0) return;
  const priority = NOTIFICATION_EVENTS[row.event].isUrgent ? "urgent" : "normal";
  await ctx.db.transaction(async (tx) => {
    const added = await tx
      .insert(notificationDeliveries)
      .values(planned.map((delivery) => ({ ...delivery, notificationId })))
      .onConflictDoNothing()
      .returning();
    for (const { id, state, dueAt } of added) {
      if (state !== "queued") continue;
      const job = { kind: "deliver", subjectId: id, priority } as const;
      // By the database's clock, where it need not wait.
      const input = dueAt > now ? { ...job, runAt: dueAt } : job;
      await enqueueJob({ tx, input });
    }
    await publish(tx, { topic: "notification", id: notificationId });
  });
}

async function readPeople({ db }: ServiceContext, event: NotificationEvent): Promise<Person[]> {
  const { needs } = NOTIFICATION_EVENTS[event];
  const rows = await db
    .select()
    .from(users)
    .leftJoin(notificationPreferences, eq(notificationPreferences.userId, users.id))
    .where(eq(users.isActive, true))
    .orderBy(asc(users.email));
  return rows.map(({ users: user, notification_preferences: chosen }) => {
    const actor = actorOf(user);
    return {
      ...{ id: user.id, email: user.email, actorKey: actorKey(actor) },
      mayReceive: needs !== null && isAllowed(actor, needs),
      preferences: chosen?.preferences ?? null,
      slackUserId: chosen?.slackUserId ?? null,
    };
  });
}

async function readChannels({ db }: ServiceContext, settings: Settings): Promise<Channels> {
  const active = await db.select().from(webhooks).where(eq(webhooks.isActive, true));
  return {
    hasEmail: settings.SMTP_URL !== undefined,
    slackChannel: settings.SLACK_BOT_TOKEN === undefined ? null : (settings.SLACK_CHANNEL ?? null),
    webhooks: active.map(({ id, events }) => ({ id, events })),
  };
}
