import { desc, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { messageRefusals } from "@/drizzle/schema";
import type { Actor, MessageRefusal, RefusalCount } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  keptSince,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

/** Senders told apart in an hour, for each reason; all others together are `*`. */
const SENDERS_MAX = 50;
const EVERY_OTHER = "*";

/** Whoever was refused is not known: the door itself writes what it refused. */
const DOOR: Actor = { kind: "system", id: "message-door", label: "message door", roles: [] };

export interface Refused {
  reason: MessageRefusal;
  claimedSender: string;
}

/** Adds one to the count of the hour; answers the name it is kept under, and the new count. */
async function addOne(tx: Transaction, { reason, claimedSender }: Refused, now: Date) {
  const hour = new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000);
  const [few] = await tx
    .select({
      isKnown: sql<boolean>`coalesce(bool_or(${messageRefusals.claimedSender} = ${claimedSender}), false)`,
      senders: sql<number>`count(*)::int`,
    })
    .from(messageRefusals)
    .where(
      sql`${messageRefusals.hour} = ${hour.toISOString()} and ${messageRefusals.reason} = ${reason}`,
    );
  const hasRoom = few === undefined || few.isKnown || few.senders < SENDERS_MAX;
  const name = hasRoom ? claimedSender : EVERY_OTHER;
  const [row] = await tx
    .insert(messageRefusals)
    .values({ hour, reason, claimedSender: name, count: 1, lastAt: now })
    .onConflictDoUpdate({
      target: [messageRefusals.hour, messageRefusals.reason, messageRefusals.claimedSender],
      set: { count: sql`${messageRefusals.count} + 1`, lastAt: now },
    })
    .returning({ count: messageRefusals.count });
  return { name, count: row?.count ?? 1 };
}

const keyOf = ({ reason, claimedSender }: Refused) => `${reason} ${claimedSender}`;

async function auditFirst(tx: Transaction, requestId: string, { reason, claimedSender }: Refused) {
  await recordAudit(
    tx,
    { actor: DOOR, requestId },
    {
      action: "message.refuse",
      subjectType: "agent",
      subjectId: claimedSender === "" ? "unknown" : claimedSender,
      after: { reason, claimed_sender: claimedSender },
    },
  );
  await publish(tx, { topic: "message", id: "*" });
}

/**
 * Counts refusals by hour, reason and claimed sender; the first of each kind is audited. However many come,
 * few rows are written. Never throws: whoever was refused is told why, not that it could not be counted.
 */
export async function countRefusals({
  ctx,
  input: refused,
}: {
  ctx: Pick<ServiceContext, "db" | "clock" | "log" | "requestId">;
  input: readonly Refused[];
}): Promise<void> {
  if (refused.length === 0) return;
  const now = ctx.clock.now();
  try {
    await ctx.db.transaction(async (tx) => {
      // In one order, so that two batches do not wait for each other.
      const sorted = refused.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      for (const { reason, claimedSender } of sorted) {
        const { name, count } = await addOne(tx, { reason, claimedSender }, now);
        if (count > 1) continue;
        await auditFirst(tx, ctx.requestId, { reason, claimedSender: name });
      }
    });
  } catch (error) {
    ctx.log.warn({ err: error }, "a refused message could not be counted");
  }
}

/** Deletes counts of hours longer ago than they are kept; answers how many. */
export async function pruneRefusals({ ctx }: { ctx: Pick<ServiceContext, "db"> }): Promise<number> {
  const isOld = lt(messageRefusals.hour, await keptSince(ctx.db, "refusals"));
  const { count } = await ctx.db.delete(messageRefusals).where(isOld);
  return count;
}

const ListRefusals = z.object({ limit: z.number().int().min(1).max(1000).default(200) });

/** What was refused at the door, counted by hour, reason and claimed sender; the latest first. */
export async function listRefusals({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: z.input<typeof ListRefusals>;
}): Promise<RefusalCount[]> {
  assertCan(ctx.actor, "message.manage");
  const { limit } = ListRefusals.parse(input);
  const rows = await ctx.db
    .select()
    .from(messageRefusals)
    .orderBy(desc(messageRefusals.lastAt))
    .limit(limit);
  return rows.map(({ hour, reason, claimedSender, count, lastAt }) => ({
    hour: hour.toISOString(),
    reason,
    claimed_sender: claimedSender,
    count,
    last_at: lastAt.toISOString(),
  }));
}
