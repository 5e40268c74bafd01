import { and, eq, sql } from "drizzle-orm";
import { jobs } from "@/drizzle/schema";
import type { JobKind } from "@/server/contracts";
import type { Transaction } from "@/server/platform";

/** Wakes the relays; sent inside the transaction, so that it arrives when the row can be read. */
export const JOBS_CHANNEL = "sidecar_jobs";

/** Which goes first of two jobs that are due. */
export const PRIORITIES = { urgent: 1, normal: 5, background: 10 } as const;
export type JobPriority = keyof typeof PRIORITIES;

/**
 * Takes back work that nobody has begun, in the transaction that made it needless. What the broker still
 * delivers of it finds no row. What runs already has to see by itself that it is not wanted any more.
 */
export async function withdrawJob({
  tx,
  input: { kind, subjectId },
}: {
  tx: Transaction;
  input: { kind: JobKind; subjectId: string };
}): Promise<void> {
  await tx
    .delete(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.subjectId, subjectId), eq(jobs.state, "queued")));
}

/**
 * Asks for work in the transaction that made it necessary: both are kept, or neither. A no-op while
 * the same work is queued or running. `runAt` is the earliest moment (now unless told).
 */
export async function enqueueJob({
  tx,
  input: { kind, subjectId, runAt, priority = "normal" },
}: {
  tx: Transaction;
  input: { kind: JobKind; subjectId: string; runAt?: Date; priority?: JobPriority };
}): Promise<void> {
  await tx
    .insert(jobs)
    .values({ kind, subjectId, priority: PRIORITIES[priority], ...(runAt ? { runAt } : {}) })
    .onConflictDoNothing();
  await tx.execute(sql`select pg_notify(${JOBS_CHANNEL}, '')`);
}
