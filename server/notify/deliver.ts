import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { notificationDeliveries, notifications, suggestions } from "@/drizzle/schema";
import type {
  NotificationChannel,
  NotificationEvent,
  NotificationState,
  Suggestion,
  SuggestionState,
} from "@/server/contracts";
import { type AppError, publish, type ServiceContext, toAppError } from "@/server/platform";
import { evaluateSuggestion } from "@/server/policy";
import { titleOf } from "./content";
import type { Outgoing, Send, SendResult } from "./outgoing";

type NotificationRow = typeof notifications.$inferSelect;
type DeliveryRow = typeof notificationDeliveries.$inferSelect;

/** What sending needs of others: the suggestion as it is now, and the channels. */
export interface Senders {
  readSuggestion: (id: string) => Promise<Suggestion>;
  channels: Record<NotificationChannel, Send>;
}

const ERROR_LENGTH_MAX = 2000;

/** A person is asked for nothing that is done already. Channels of the team and webhooks hear of everything. */
const ONLY_WHILE: Partial<Record<NotificationEvent, SuggestionState>> = {
  approval_needed: "pending",
  approval_reminder: "pending",
  approval_escalated: "pending",
  advice_changed: "pending",
  approved_in_part: "pending",
  approved: "approved",
};

function needlessBecause(outgoing: Outgoing): string | null {
  const state = ONLY_WHILE[outgoing.event];
  if (state === undefined || outgoing.suggestion === null || outgoing.userId === null) return null;
  const { state: present } = outgoing.suggestion;
  return present === state ? null : `Not needed any more: the suggestion is ${present}.`;
}

/**
 * Sends one delivery. What became of it is written by conditional updates: a delivery that was sent, given up
 * or taken back is not sent again, whoever delivers the job. Throws what the channel throws, after noting it.
 * Between the answer of the other side and our note of it a crash may repeat it: it then carries the same
 * Message-ID, or webhook-id, and a message in Slack is looked for first.
 */
export async function deliver({
  ctx,
  input: { deliveryId, senders, signal },
}: {
  ctx: ServiceContext;
  input: { deliveryId: string; senders: Senders; signal: AbortSignal };
}): Promise<void> {
  const taken = await take(ctx, deliveryId);
  if (taken === null) return;
  const { delivery, notification, wasInterrupted } = taken;
  try {
    const outgoing = await gather(ctx, senders, { delivery, notification, wasInterrupted });
    const reason = needlessBecause(outgoing);
    const result: SendResult =
      reason === null
        ? await senders.channels[delivery.channel](outgoing, signal)
        : { outcome: "skipped", reason };
    await settle(ctx, delivery, {
      state: result.outcome,
      ...{ finishedAt: ctx.clock.now(), lastError: null },
      ...(result.outcome === "sent"
        ? { providerId: result.providerId }
        : { lastError: result.reason }),
    });
  } catch (error) {
    const { code, message } = toAppError(error);
    // Refused before it was taken: the next attempt need not look for it.
    const lastError = `${code}: ${message}`.slice(0, ERROR_LENGTH_MAX);
    if (!signal.aborted) await settle(ctx, delivery, { state: "queued", lastError });
    throw error;
  }
}

/** Ends a delivery whose job was given up. An administrator may have it sent again. */
export async function giveUpDelivery({
  ctx,
  input: { deliveryId, error },
}: {
  ctx: ServiceContext;
  input: { deliveryId: string; error: AppError };
}): Promise<void> {
  const isOpen = and(
    eq(notificationDeliveries.id, deliveryId),
    inArray(notificationDeliveries.state, ["queued", "sending"]),
  );
  const lastError = `${error.code}: ${error.message}`.slice(0, ERROR_LENGTH_MAX);
  const [row] = await ctx.db
    .update(notificationDeliveries)
    .set({ state: "failed", lastError, finishedAt: ctx.clock.now() })
    .where(isOpen)
    .returning();
  if (row !== undefined) {
    await publish(ctx.db, { topic: "notification", id: row.notificationId });
  }
}

/** `failed`: its dead job was retried. */
const SENDABLE: readonly NotificationState[] = ["queued", "sending", "failed"];

interface Taken {
  delivery: DeliveryRow;
  notification: NotificationRow;
  /** It was being sent already: by an attempt that did not end. */
  wasInterrupted: boolean;
}

async function take({ db }: ServiceContext, id: string): Promise<Taken | null> {
  return db.transaction(async (tx) => {
    const [before] = await tx
      .select({ state: notificationDeliveries.state })
      .from(notificationDeliveries)
      .where(eq(notificationDeliveries.id, id))
      .for("update");
    if (before === undefined || !SENDABLE.includes(before.state)) return null;
    const [delivery] = await tx
      .update(notificationDeliveries)
      .set({ state: "sending", attempts: sql`${notificationDeliveries.attempts} + 1` })
      .where(eq(notificationDeliveries.id, id))
      .returning();
    if (delivery === undefined) return null;
    const [notification] = await tx
      .select()
      .from(notifications)
      .where(eq(notifications.id, delivery.notificationId));
    if (notification === undefined) return null;
    return { delivery, notification, wasInterrupted: before.state === "sending" };
  });
}

async function settle(
  { db }: ServiceContext,
  delivery: DeliveryRow,
  set: Partial<typeof notificationDeliveries.$inferInsert>,
): Promise<void> {
  await db
    .update(notificationDeliveries)
    .set(set)
    .where(
      and(
        eq(notificationDeliveries.id, delivery.id),
        eq(notificationDeliveries.state, "sending"),
        eq(notificationDeliveries.attempts, delivery.attempts),
      ),
    );
  await publish(db, { topic: "notification", id: delivery.notificationId });
}

async function gather(
  ctx: ServiceContext,
  { readSuggestion }: Senders,
  { delivery, notification, wasInterrupted }: Taken,
): Promise<Outgoing> {
  const { event, suggestionId } = notification;
  const suggestion = suggestionId === null ? null : await readSuggestion(suggestionId);
  return {
    ...{ deliveryId: delivery.id, notificationId: notification.id, event, wasInterrupted },
    subject: { type: notification.subjectType, id: notification.subjectId },
    suggestion,
    approvals: suggestion === null ? null : await readApprovals(ctx, suggestion),
    productId: notification.productId,
    details: notification.details,
    actorLabel: notification.actorLabel,
    createdAt: notification.createdAt,
    recipient: delivery.recipient,
    userId: delivery.userId,
    ...(event === "digest"
      ? await readCollected(ctx, readSuggestion, notification.id)
      : { collected: [], collectedCount: 0 }),
  };
}

/** How far the approvals are that a pending suggestion needs; null where one alone is asked for. */
async function readApprovals(
  ctx: ServiceContext,
  { suggestion_id, state }: Suggestion,
): Promise<string | null> {
  if (state !== "pending") return null;
  const [row] = await ctx.db.select().from(suggestions).where(eq(suggestions.id, suggestion_id));
  if (row === undefined) return null;
  const { evaluation } = await evaluateSuggestion({ db: ctx.db, ctx, input: { row } });
  return evaluation.chain.required > 1 ? evaluation.summary : null;
}

/** A digest lists so many, the latest ones; the page has all of them. */
const COLLECTED_MAX = 200;

async function readCollected(
  { db }: ServiceContext,
  readSuggestion: Senders["readSuggestion"],
  digestId: string,
): Promise<Pick<Outgoing, "collected" | "collectedCount">> {
  const ofDigest = eq(notificationDeliveries.digestId, digestId);
  const rows = await db
    .select({ of: notifications })
    .from(notificationDeliveries)
    .innerJoin(notifications, eq(notifications.id, notificationDeliveries.notificationId))
    .where(ofDigest)
    .orderBy(desc(notifications.createdAt), desc(notifications.id))
    .limit(COLLECTED_MAX);
  const titles = new Map<string, string>();
  for (const id of new Set(rows.flatMap(({ of }) => of.suggestionId ?? []))) {
    titles.set(id, titleOf(await readSuggestion(id)));
  }
  const collected = rows.reverse().map(({ of }) => ({
    ...{ event: of.event, suggestionId: of.suggestionId, actorLabel: of.actorLabel },
    title: titles.get(of.suggestionId ?? "") ?? of.productId ?? of.subjectId,
    createdAt: of.createdAt,
  }));
  return { collected, collectedCount: await db.$count(notificationDeliveries, ofDigest) };
}
