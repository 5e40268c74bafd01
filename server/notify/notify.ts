import { eq } from "drizzle-orm";
import { notifications } from "@/drizzle/schema";
import {
  NotificationDetails,
  type NotificationEvent,
  type NotificationSubject,
} from "@/server/contracts";
import { actorKey } from "@/server/identity";
import { publish, type ServiceContext, type Transaction } from "@/server/platform";
import { enqueueJob } from "@/server/queue";

export interface Notice {
  event: NotificationEvent;
  subject: { type: NotificationSubject; id: string };
  /** The suggestion it belongs to: its card is shown, and one that is decided already is not asked about. */
  suggestionId?: string;
  productId?: string;
  details?: NotificationDetails;
  /** Ids of people: these, and nobody else. Without it: whoever may get the event and has not turned it off. */
  userIds?: readonly string[];
  /** Asked for again under the same key it is the same notification: of a reminder, say, which and of what. */
  key?: string;
}

/**
 * Tells people of what happens in this transaction: kept with it, or not at all. Recipients are found,
 * and everything is sent, after the commit. Who did it (`ctx.actor`) is not told of their own deed. Answers the
 * notification's id; null where its key was used before.
 */
export async function notify({
  ctx,
  tx,
  input: { event, subject, suggestionId, productId, details = {}, userIds, key },
}: {
  ctx: Pick<ServiceContext, "actor">;
  tx: Transaction;
  input: Notice;
}): Promise<string | null> {
  const [row] = await tx
    .insert(notifications)
    .values({
      ...{ event, subjectType: subject.type, subjectId: subject.id },
      suggestionId: suggestionId ?? (subject.type === "suggestion" ? subject.id : null),
      productId: productId ?? null,
      ...{ actorKey: actorKey(ctx.actor), actorLabel: ctx.actor.label },
      details: NotificationDetails.parse(details),
      userIds: userIds === undefined ? null : [...userIds],
      dedupeKey: key ?? null,
    })
    .onConflictDoNothing({ target: notifications.dedupeKey })
    .returning({ id: notifications.id });
  if (row === undefined) return null;
  await enqueueJob({ tx, input: { kind: "notify", subjectId: row.id } });
  await publish(tx, { topic: "notification", id: row.id });
  return row.id;
}

/** True when a notification was made under this key, and is kept still. */
export async function wasNotified({
  tx,
  input: { key },
}: {
  tx: Transaction;
  input: { key: string };
}): Promise<boolean> {
  return (await tx.$count(notifications, eq(notifications.dedupeKey, key))) > 0;
}
