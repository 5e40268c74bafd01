import { and, eq, inArray } from "drizzle-orm";
import { notificationDeliveries } from "@/drizzle/schema";
import { type NotificationDelivery, RETRYABLE_STATES } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { enqueueJob } from "@/server/queue";
import { selectDeliveries, toDelivery } from "./list-deliveries";

/**
 * Sends a delivery that was given up, or held for want of a configured channel, with all its attempts. Throws
 * `forbidden`, `not_found`, `conflict` (it is in another state), `not_executable` (its channel is still not configured).
 */
export async function retryDelivery({
  ctx,
  input: { delivery_id: id },
}: {
  ctx: ServiceContext;
  input: { delivery_id: string };
}): Promise<NotificationDelivery> {
  assertCan(ctx.actor, "notification.manage");
  await ctx.db.transaction(async (tx) => {
    const isThis = eq(notificationDeliveries.id, id);
    const [row] = await tx
      .update(notificationDeliveries)
      .set({
        ...{ state: "queued", attempts: 0, lastError: null, finishedAt: null },
        dueAt: ctx.clock.now(),
      })
      .where(and(isThis, inArray(notificationDeliveries.state, [...RETRYABLE_STATES])))
      .returning();
    if (row === undefined) {
      const [present] = await tx.select().from(notificationDeliveries).where(isThis);
      if (present === undefined) throw new AppError("not_found", `There is no delivery ${id}.`);
      const { state } = present;
      const text = `The delivery is ${state}; only one that failed or is held can be sent again.`;
      throw new AppError("conflict", text, { details: { state } });
    }
    if (row.channel === "email" && ctx.settings.SMTP_URL === undefined) {
      throw new AppError("not_executable", "No mail server is configured (SMTP_URL).");
    }
    await enqueueJob({ tx, input: { kind: "deliver", subjectId: id } });
    await recordAudit(tx, ctx, {
      ...{
        action: "notification.retry",
        subjectType: "notification",
        subjectId: row.notificationId,
      },
      after: { delivery_id: id, channel: row.channel, recipient: row.recipient },
    });
    await publish(tx, { topic: "notification", id: row.notificationId });
  });
  const [row] = await selectDeliveries(ctx).where(eq(notificationDeliveries.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no delivery ${id}.`);
  return toDelivery(row);
}
