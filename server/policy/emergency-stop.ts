import { and, eq, isNull, or, sql } from "drizzle-orm";
import { emergencyStops, operations } from "@/drizzle/schema";
import type { ChangeStop, EmergencyStop } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

type StopRow = typeof emergencyStops.$inferSelect;

/** Whoever begins an execution holds it shared, whoever stops or lifts alone: a stop waits for no one else. */
const LOCK = sql`hashtext('policy.emergency_stop')`;

async function findStop(db: Database | Transaction): Promise<StopRow | null> {
  const [row] = await db.select().from(emergencyStops).where(isNull(emergencyStops.liftedAt));
  return row ?? null;
}

export const isStopped = async (db: Database | Transaction): Promise<boolean> =>
  (await findStop(db)) !== null;

/**
 * Whether automation is stopped, for a step that must not begin after a stop: until the transaction ends
 * nobody can stop. null: it is not.
 */
export async function holdOffStop({ tx }: { tx: Transaction }): Promise<StopRow | null> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(${LOCK})`);
  return findStop(tx);
}

/** Why something does not begin. */
export function stoppedError({ engagedAt, engagedBy, reason }: StopRow, what: string): AppError {
  const text = `${what} The emergency stop is on since ${engagedAt.toISOString()}, by ${engagedBy}: ${reason}`;
  return new AppError("stopped", text, { details: { engaged_at: engagedAt.toISOString() } });
}

/** The emergency stop as it stands. Everybody who is signed in sees it. Throws `forbidden`. */
export async function getStop({
  ctx,
}: {
  ctx: Pick<ServiceContext, "actor" | "db">;
}): Promise<EmergencyStop> {
  assertCan(ctx.actor, "policy.read");
  return viewStop({ db: ctx.db });
}

/** Without a check of permissions: for health, which everybody may read. */
export async function viewStop({ db }: { db: Database | Transaction }): Promise<EmergencyStop> {
  const row = await findStop(db);
  const waits = and(
    eq(operations.state, "queued"),
    or(eq(operations.kind, "execute"), eq(operations.isAutomatic, true)),
  );
  return {
    is_on: row !== null,
    engaged_at: row?.engagedAt.toISOString() ?? null,
    engaged_by: row?.engagedBy ?? null,
    reason: row?.reason ?? null,
    held_count: await db.$count(operations, waits),
    running_count: await db.$count(operations, eq(operations.state, "executing")),
  };
}

/**
 * Stops all automation: no execution and no automatic rollback begins any more, and nothing is approved
 * automatically. What the data product runs already it ends. People may still approve, and roll back by hand.
 * Throws `forbidden`, `conflict` (it is on already).
 */
export async function engageStop({
  ctx,
  input: { reason },
}: {
  ctx: ServiceContext;
  input: ChangeStop;
}): Promise<EmergencyStop> {
  assertCan(ctx.actor, "automation.stop");
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    const [row] = await tx
      .insert(emergencyStops)
      .values({ engagedBy: ctx.actor.label, reason, engagedAt: ctx.clock.now() })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) throw new AppError("conflict", "The emergency stop is on already.");
    await recordAudit(tx, ctx, {
      ...{ action: "automation.stop", subjectType: "emergency_stop", subjectId: row.id },
      before: { is_on: false },
      after: { is_on: true, reason },
    });
    await publish(tx, { topic: "policy", id: "stop" });
    return viewStop({ db: tx });
  });
}

/** Lets automation go on; what was held begins. Throws `forbidden`, `conflict` (it is not on). */
export async function liftStop({
  ctx,
  input: { reason },
}: {
  ctx: ServiceContext;
  input: ChangeStop;
}): Promise<EmergencyStop> {
  assertCan(ctx.actor, "policy.manage");
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    const [row] = await tx
      .update(emergencyStops)
      .set({ liftedAt: ctx.clock.now(), liftedBy: ctx.actor.label, liftReason: reason })
      .where(isNull(emergencyStops.liftedAt))
      .returning();
    if (row === undefined) throw new AppError("conflict", "The emergency stop is not on.");
    await recordAudit(tx, ctx, {
      ...{ action: "automation.resume", subjectType: "emergency_stop", subjectId: row.id },
      before: { is_on: true, reason: row.reason },
      after: { is_on: false, reason },
    });
    await publish(tx, { topic: "policy", id: "stop" });
    return viewStop({ db: tx });
  });
}
