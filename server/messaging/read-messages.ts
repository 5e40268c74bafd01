import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { agentMessages } from "@/drizzle/schema";
import {
  type DeliveryFigures,
  type ListMessages,
  MessageEnvelope,
  type MessagePage,
  type StoredMessage,
  type StoredMessageDetail,
} from "@/server/contracts";
import { assertCan, isAllowed } from "@/server/identity";
import {
  AppError,
  decodeCursor,
  encodeCursor,
  olderThan,
  type ServiceContext,
} from "@/server/platform";
import { suspectPassages } from "./quarantine";
import { lagMs } from "./read-peers";

type MessageRow = typeof agentMessages.$inferSelect;

/** Of the envelope, only what its columns do not say. */
const Addresses = MessageEnvelope.pick({ message_id: true, sender: true, recipient: true });

/**
 * Messages from and to other agents, newest first; `next_cursor` continues after the last. Throws
 * `forbidden`, `invalid_input` (a cursor of something else).
 */
export async function listMessages({
  ctx,
  input: { delivery_status, conversation_id, limit, cursor },
}: {
  ctx: ServiceContext;
  input: ListMessages;
}): Promise<MessagePage> {
  assertCan(ctx.actor, "message.manage");
  const after = cursor === undefined ? undefined : decodeCursor(cursor, z.guid());
  const rows = await ctx.db
    .select()
    .from(agentMessages)
    .where(
      and(
        delivery_status === undefined
          ? undefined
          : inArray(agentMessages.deliveryStatus, delivery_status),
        conversation_id === undefined
          ? undefined
          : eq(agentMessages.conversationId, conversation_id),
        after && olderThan(after, { at: agentMessages.createdAt, id: agentMessages.messageId }),
      ),
    )
    .orderBy(desc(agentMessages.createdAt), desc(agentMessages.messageId))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toStored),
    next_cursor:
      rows.length > limit && last ? encodeCursor({ at: last.createdAt, id: last.messageId }) : null,
  };
}

/**
 * One message with all that was said. Of a conversation's whoever reads that one may read it; any other
 * is for administrators. Throws `forbidden`, `not_found`.
 */
export async function getMessage({
  ctx,
  input: { record_id },
}: {
  ctx: ServiceContext;
  input: { record_id: string };
}): Promise<StoredMessageDetail> {
  assertCan(ctx.actor, "conversation.read");
  const [row] = await ctx.db
    .select()
    .from(agentMessages)
    .where(eq(agentMessages.messageId, record_id));
  const canManage = isAllowed(ctx.actor, "message.manage");
  // Whether there is such a message is nobody else's business either.
  if (row === undefined || (row.conversationId === null && !canManage)) {
    throw new AppError("not_found", `There is no message ${record_id}.`);
  }
  const { screening, firstOpinion: first_opinion } = row;
  const envelope = MessageEnvelope.parse(JSON.parse(row.envelope));
  return { ...toStored(row), envelope, screening, first_opinion };
}

function toStored(row: MessageRow): StoredMessage {
  const envelope = JSON.parse(row.envelope);
  const { message_id, sender, recipient } = Addresses.parse(envelope);
  return {
    ...{ record_id: row.messageId, message_id, sender, recipient },
    ...{ direction: row.direction, message_type: row.messageType, priority: row.priority },
    ...{ conversation_id: row.conversationId, delivery_status: row.deliveryStatus },
    ...{ signature: row.signatureState, key_id: row.keyId, attempts: row.attempts, via: row.via },
    ...{ dead_reason: row.deadReason, last_error: row.lastError },
    suspect_passages: suspectPassages(envelope, row.screening),
    ...{ released_at: row.releasedAt?.toISOString() ?? null, released_by: row.releasedBy },
    sent_at: row.sentTimestamp.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

const Figures = z.object({
  queued: z.coerce.number(),
  sent: z.coerce.number(),
  received: z.coerce.number(),
  quarantined: z.coerce.number(),
  dead: z.coerce.number(),
  lag_send_ms: z.coerce.number().nullable(),
  lag_handle_ms: z.coerce.number().nullable(),
  delivered_per_minute: z.coerce.number(),
  handled_per_minute: z.coerce.number(),
  delivery_ms_p50: z.coerce.number().nullable(),
  delivery_ms_p95: z.coerce.number().nullable(),
});

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * How delivery does: what waits, by the indexes of open and dead messages, and what went, of the messages
 * of the last hour. Throws `forbidden`.
 */
export async function measureMessages({ ctx }: { ctx: ServiceContext }): Promise<DeliveryFigures> {
  assertCan(ctx.actor, "message.manage");
  const now = ctx.clock.now().getTime();
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const hour = new Date(now - HOUR_MS).toISOString();
  const minute = new Date(now - MINUTE_MS).toISOString();
  const [row] = await ctx.db.execute(sql`
    with open as (
      select delivery_status, created_at, due_at from ${agentMessages}
      where delivery_status in ('queued', 'sent', 'received')
    ), recent as (
      select delivery_status, finished_at,
        extract(epoch from finished_at - created_at) * 1000 as delivery_ms
      from ${agentMessages}
      where created_at > ${hour}::timestamptz and delivery_status in ('delivered', 'handled')
    ), gone as (
      select count(*) filter (where delivery_status = 'delivered' and finished_at > ${minute}::timestamptz)
          as delivered_per_minute,
        count(*) filter (where delivery_status = 'handled' and finished_at > ${minute}::timestamptz)
          as handled_per_minute,
        percentile_cont(0.5) within group (order by delivery_ms)
          filter (where delivery_status = 'delivered') as delivery_ms_p50,
        percentile_cont(0.95) within group (order by delivery_ms)
          filter (where delivery_status = 'delivered') as delivery_ms_p95
      from recent
    )
    select (select count(*) from open where delivery_status = 'queued') as queued,
      (select count(*) from open where delivery_status = 'sent') as sent,
      (select count(*) from open where delivery_status = 'received') as received,
      (select count(*) from ${agentMessages} where delivery_status = 'quarantined') as quarantined,
      (select count(*) from ${agentMessages} where delivery_status = 'dead') as dead,
      (select ${lagMs(at)} from open where delivery_status <> 'received') as lag_send_ms,
      (select ${lagMs(at)} from open where delivery_status = 'received') as lag_handle_ms,
      gone.* from gone`);
  return Figures.parse(row);
}
