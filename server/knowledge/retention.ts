import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { retentionPeriods } from "@/drizzle/schema";
import { type RetentionPeriod, RetentionSubject } from "@/server/contracts";
import { assertCan, parseInput } from "@/server/identity";
import {
  AppError,
  RETENTION_DAYS,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

const DAYS_MAX = 3650;

/** How long each kind of row is kept, and who chose that. The audit log is never pruned. */
export async function listRetention({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db" | "actor">;
}): Promise<RetentionPeriod[]> {
  assertCan(ctx.actor, "retention.manage");
  const rows = await ctx.db.select().from(retentionPeriods);
  return RetentionSubject.options.map((subject) => {
    const row = rows.find((each) => each.subject === subject);
    return {
      subject,
      days: row?.days ?? RETENTION_DAYS[subject],
      days_default: RETENTION_DAYS[subject],
      updated_by: row?.updatedBy ?? null,
      updated_at: row?.updatedAt.toISOString() ?? null,
    };
  });
}

const SetRetention = z.object({
  subject: RetentionSubject,
  days: z.int().min(1).max(DAYS_MAX),
  /** What it was when this was decided. */
  expected_days: z.int(),
});
type SetRetention = z.output<typeof SetRetention>;

/** Stores the days unless they are not the expected ones any more; a row that is missing stands for the default. */
async function store(
  tx: Transaction,
  { subject, days, expected_days }: SetRetention,
  by: { updatedBy: string; updatedAt: Date },
): Promise<boolean> {
  const changed = { days, ...by };
  const isUnchanged = eq(retentionPeriods.days, expected_days);
  const isThis = and(eq(retentionPeriods.subject, subject), isUnchanged);
  const updated = await tx.update(retentionPeriods).set(changed).where(isThis).returning();
  if (updated.length > 0) return true;
  if (expected_days !== RETENTION_DAYS[subject]) return false;
  const inserted = await tx
    .insert(retentionPeriods)
    .values({ subject, ...changed })
    .onConflictDoNothing()
    .returning();
  return inserted.length > 0;
}

/**
 * Changes how long rows are kept, from the next pruning on; a shorter time deletes then what is older.
 * Throws `conflict` when somebody else has changed it meanwhile.
 */
export async function setRetention({
  ctx,
  input,
}: {
  ctx: Pick<ServiceContext, "db" | "actor" | "requestId" | "clock">;
  input: z.input<typeof SetRetention>;
}): Promise<void> {
  assertCan(ctx.actor, "retention.manage");
  const given = parseInput(SetRetention, input);
  const by = { updatedBy: ctx.actor.label, updatedAt: ctx.clock.now() };
  await ctx.db.transaction(async (tx) => {
    if (!(await store(tx, given, by))) {
      throw new AppError("conflict", "Somebody else has changed this meanwhile.");
    }
    await recordAudit(tx, ctx, {
      action: "retention.set",
      subjectType: "retention",
      subjectId: given.subject,
      before: { days: given.expected_days },
      after: { days: given.days },
    });
  });
}
