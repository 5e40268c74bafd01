import { and, eq, sql } from "drizzle-orm";
import { jobs } from "@/drizzle/schema";
import type { JobKind } from "@/server/contracts";
import { publish } from "../bus";
import type { Database, Transaction } from "../db";

export interface ClaimedJob {
  id: number;
  kind: JobKind;
  subjectId: string;
  attempts: number;
}

/** Puts work in the queue, in the transaction that made it necessary, and wakes the workers. A
 * second call is a no-op. */
export async function enqueueJob(
  tx: Transaction,
  job: { kind: JobKind; subjectId: string; runAt?: Date },
): Promise<void> {
  await tx
    .insert(jobs)
    .values({ kind: job.kind, subjectId: job.subjectId, runAt: job.runAt ?? new Date() })
    .onConflictDoNothing();
  await publish(tx, { topic: "job", id: job.subjectId });
}

/**
 * Claims one due job, or one whose worker let its lease run out (it died), or null.
 * SKIP LOCKED lets several workers claim at once without waiting for each other.
 */
export async function claimJob(
  db: Database,
  options: { worker: string; kinds: JobKind[]; leaseSeconds: number },
): Promise<ClaimedJob | null> {
  const kinds = sql.join(
    options.kinds.map((kind) => sql`${kind}`),
    sql`, `,
  );
  const rows = await db.execute<{
    id: string;
    kind: JobKind;
    subject_id: string;
    attempts: number;
  }>(sql`
    update jobs set state = 'running', claimed_by = ${options.worker}, attempts = attempts + 1,
      lease_until = now() + make_interval(secs => ${options.leaseSeconds})
    where id = (
      select id from jobs
      where kind in (${kinds})
        and ((state = 'queued' and run_at <= now()) or (state = 'running' and lease_until < now()))
      order by run_at, id limit 1 for update skip locked)
    returning id, kind, subject_id, attempts`);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    id: Number(row.id),
    kind: row.kind,
    subjectId: row.subject_id,
    attempts: row.attempts,
  };
}

/** Prolongs the lease; false when the job is no longer ours (stop working on it). */
export async function renewLease(
  db: Database,
  job: ClaimedJob,
  worker: string,
  leaseSeconds: number,
): Promise<boolean> {
  const renewed = await db
    .update(jobs)
    .set({ leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})` })
    .where(and(eq(jobs.id, job.id), eq(jobs.claimedBy, worker), eq(jobs.state, "running")))
    .returning({ id: jobs.id });
  return renewed.length === 1;
}

/** Ends a claimed job: done, or back in the queue after `retryInSeconds`. */
export async function finishJob(
  db: Database,
  job: ClaimedJob,
  worker: string,
  outcome: { state: "done" | "dead"; error?: string } | { retryInSeconds: number; error: string },
): Promise<void> {
  const isRetry = "retryInSeconds" in outcome;
  await db
    .update(jobs)
    .set({
      state: isRetry ? "queued" : outcome.state,
      finishedAt: isRetry ? null : new Date(),
      lastError: outcome.error ?? null,
      leaseUntil: null,
      ...(isRetry ? { runAt: new Date(Date.now() + outcome.retryInSeconds * 1000) } : {}),
    })
    .where(and(eq(jobs.id, job.id), eq(jobs.claimedBy, worker)));
}
