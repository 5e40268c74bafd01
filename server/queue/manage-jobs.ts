import { and, desc, eq, lt, sql } from "drizzle-orm";
import { jobs } from "@/drizzle/schema";
import type { Job, ListJobs } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  isUniqueViolation,
  keptSince,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { JOBS_CHANNEL, PRIORITIES } from "./enqueue-job";

type Row = typeof jobs.$inferSelect;

function toJob(row: Row): Job {
  return {
    id: row.id,
    kind: row.kind,
    subject_id: row.subjectId,
    state: row.state,
    attempts: row.attempts,
    run_at: row.runAt.toISOString(),
    last_error: row.lastError,
    created_at: row.createdAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}

/** Jobs of a state, the latest first. Throws `forbidden`. */
export async function listJobs({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListJobs;
}): Promise<Job[]> {
  assertCan(ctx.actor, "job.manage");
  const rows = await ctx.db
    .select()
    .from(jobs)
    .where(input.state === undefined ? undefined : eq(jobs.state, input.state))
    .orderBy(desc(jobs.id))
    .limit(input.limit);
  return rows.map(toJob);
}

/**
 * Queues a dead job anew, with all its attempts. Throws `forbidden`, `not_found` (no dead job has
 * this id), `conflict` (the same work was asked for again meanwhile).
 */
export async function retryJob({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { id: number };
}): Promise<Job> {
  return change(ctx, input.id, "job.retry", async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({
        ...{ state: "queued", attempts: 0, stalls: 0, runAt: sql`now()` },
        ...{ handedAt: null, finishedAt: null },
      })
      .where(and(eq(jobs.id, input.id), eq(jobs.state, "dead")))
      .returning();
    await tx.execute(sql`select pg_notify(${JOBS_CHANNEL}, '')`);
    return row;
  });
}

/** Deletes a dead job. Throws `forbidden`, `not_found`. */
export async function discardJob({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { id: number };
}): Promise<Job> {
  return change(ctx, input.id, "job.discard", async (tx) => {
    const isDead = and(eq(jobs.id, input.id), eq(jobs.state, "dead"));
    const [row] = await tx.delete(jobs).where(isDead).returning();
    return row;
  });
}

export interface QueueLoad {
  /** Queued jobs whose time has come. */
  dueCount: number;
  /** Jobs that somebody works on under a lease. */
  runningCount: number;
  /** How long the oldest due job has waited; 0: none is due. */
  oldestDueSeconds: number;
  /** Proofs that wait for their first advice, since when, and those being made. */
  proofsWaiting: number;
  proofsRunning: number;
  oldestProofAt: Date | null;
}

const NO_LOAD: QueueLoad = {
  ...{ dueCount: 0, runningCount: 0, oldestDueSeconds: 0 },
  ...{ proofsWaiting: 0, proofsRunning: 0, oldestProofAt: null },
};

/** What waits and what runs now, by the database's clock. Asked by every health check. */
export async function measureQueue({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db">;
}): Promise<QueueLoad> {
  const isDue = sql`${jobs.state} = 'queued' and ${jobs.runAt} <= now()`;
  const isRunning = sql`${jobs.leaseUntil} > now()`;
  // Searches that were interrupted wait in the background: they give way to all of these.
  const isProof = sql`${jobs.kind} = 'prove' and ${jobs.priority} < ${PRIORITIES.background}`;
  const [load] = await ctx.db
    .select({
      dueCount: sql<number>`count(*) filter (where ${isDue})::int`,
      runningCount: sql<number>`count(*) filter (where ${isRunning})::int`,
      oldestDueSeconds: sql<number>`coalesce(extract(epoch from now() - min(${jobs.runAt}) filter (where ${isDue})), 0)::float8`,
      proofsWaiting: sql<number>`count(*) filter (where ${isDue} and ${isProof})::int`,
      proofsRunning: sql<number>`count(*) filter (where ${isRunning} and ${isProof})::int`,
      oldestProofAt: sql`min(${jobs.createdAt}) filter (where ${isDue} and ${isProof})`.mapWith(
        (value: string | null) => (value === null ? null : new Date(value)),
      ),
    })
    .from(jobs)
    // Spelled out as in the indexes of living jobs, which are chosen by these very words.
    .where(sql`${jobs.state} in ('queued', 'running')`);
  return load ?? NO_LOAD;
}

/** Deletes jobs done longer ago than they are kept for who asks what happened; dead ones wait for a person. */
export async function pruneJobs({ ctx }: { ctx: Pick<ServiceContext, "db"> }): Promise<number> {
  const isOld = lt(jobs.finishedAt, await keptSince(ctx.db, "jobs"));
  const { count } = await ctx.db.delete(jobs).where(and(eq(jobs.state, "done"), isOld));
  return count;
}

async function change(
  ctx: ServiceContext,
  id: number,
  action: string,
  apply: (tx: Transaction) => Promise<Row | undefined>,
): Promise<Job> {
  assertCan(ctx.actor, "job.manage");
  try {
    return await ctx.db.transaction(async (tx) => {
      const row = await apply(tx);
      if (row === undefined) throw new AppError("not_found", `There is no dead job ${id}.`);
      await recordAudit(tx, ctx, {
        action,
        subjectType: "job",
        subjectId: String(id),
        after: { kind: row.kind, subject_id: row.subjectId, last_error: row.lastError },
      });
      return toJob(row);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError("conflict", "The same work is queued or running already.");
  }
}
