import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { notificationDeliveries, notifications, webhooks } from "@/drizzle/schema";
import type {
  ListNotifications,
  NotificationChannels,
  NotificationDelivery,
  NotificationPage,
} from "@/server/contracts";
import { isAllowed } from "@/server/identity";
import { decodeCursor, encodeCursor, olderThan, type ServiceContext } from "@/server/platform";
import { assertPerson } from "./people";

const COLUMNS = {
  delivery: notificationDeliveries,
  of: notifications,
  webhook: webhooks.name,
} as const;

interface Row {
  delivery: typeof notificationDeliveries.$inferSelect;
  of: typeof notifications.$inferSelect;
  webhook: string | null;
}

export function toDelivery({ delivery, of, webhook }: Row): NotificationDelivery {
  return {
    ...{ delivery_id: delivery.id, notification_id: of.id, event: of.event },
    subject: { type: of.subjectType, id: of.subjectId },
    suggestion_id: of.suggestionId,
    channel: delivery.channel,
    recipient: webhook ?? delivery.recipient,
    ...{ state: delivery.state, attempts: delivery.attempts },
    due_at: delivery.dueAt.toISOString(),
    ...{ last_error: delivery.lastError, provider_id: delivery.providerId },
    actor_label: of.actorLabel,
    created_at: delivery.createdAt.toISOString(),
    finished_at: delivery.finishedAt?.toISOString() ?? null,
  };
}

/** Deliveries with what they tell, by a condition on them. */
export function selectDeliveries({ db }: Pick<ServiceContext, "db">) {
  return db
    .select(COLUMNS)
    .from(notificationDeliveries)
    .innerJoin(notifications, eq(notifications.id, notificationDeliveries.notificationId))
    .leftJoin(
      webhooks,
      and(
        eq(notificationDeliveries.channel, "webhook"),
        sql`${webhooks.id}::text = ${notificationDeliveries.recipient}`,
      ),
    )
    .$dynamic();
}

/**
 * What was sent, is to be sent or is kept, newest first: a person's own, or everybody's for whoever manages
 * notifications. Throws `forbidden` for machine identities.
 */
export async function listDeliveries({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListNotifications;
}): Promise<NotificationPage> {
  assertPerson(ctx.actor);
  const { state, cursor, limit } = input;
  const { createdAt: at, id, userId } = notificationDeliveries;
  const isAll = isAllowed(ctx.actor, "notification.manage");
  const rows = await selectDeliveries(ctx)
    .where(
      and(
        isAll ? undefined : eq(userId, ctx.actor.id),
        state === undefined ? undefined : inArray(notificationDeliveries.state, state),
        cursor === undefined ? undefined : olderThan(decodeCursor(cursor, z.uuid()), { at, id }),
      ),
    )
    .orderBy(desc(at), desc(id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1)?.delivery;
  const hasMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map(toDelivery),
    next_cursor: hasMore ? encodeCursor({ at: last.createdAt, id: last.id }) : null,
  };
}

/** Which channels are configured; for every person. Throws `forbidden` for machine identities. */
export async function readChannelStatus({
  ctx,
}: {
  ctx: ServiceContext;
}): Promise<NotificationChannels> {
  assertPerson(ctx.actor);
  const { SMTP_URL, SLACK_BOT_TOKEN, SLACK_CHANNEL, SLACK_SIGNING_SECRET } = ctx.settings;
  return {
    email: { is_configured: SMTP_URL !== undefined },
    slack: {
      is_configured: SLACK_BOT_TOKEN !== undefined,
      channel: SLACK_CHANNEL ?? null,
      has_buttons: SLACK_SIGNING_SECRET !== undefined,
    },
  };
}
