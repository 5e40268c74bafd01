import { and, eq, sql } from "drizzle-orm";
import { jobs } from "@/drizzle/schema";
import type { JobKind } from "@/server/contracts";
import type { Database, Transaction } from "@/server/platform";

/** One execution of a job: nobody else holds it until its lease runs out. */
export interface ClaimedJob {
  id: number;
  kind: JobKind;
  subjectId: string;
  /** This one counted. */
  attempts: number;
  /** Executions of it whose lease ran out. */
  stalls: number;
  /** Names this execution: a later one has another. */
  token: string;
}

export type Claim =
  | { state: "claimed"; job: ClaimedJob }
  /** Not due, or another execution's lease has not run out. */
  | { state: "early"; delayMs: number }
  /** Done, dead or discarded. */
  | { state: "gone" };

const CLOCK_SLACK_MS = 20;
const seconds = (ms: number) => sql`make_interval(secs => ${ms / 1000})`;

/** Takes a due job, or one whose lease ran out, by one conditional update: of two callers one gets it. */
export async function claimJob(
  db: Database,
  input: { id: number; token: string; leaseMs: number },
): Promise<Claim> {
  const [claimed] = await db
    .update(jobs)
    .set({
      state: "running",
      claimedBy: input.token,
      leaseUntil: sql`now() + ${seconds(input.leaseMs)}`,
      attempts: sql`${jobs.attempts} + 1`,
      stalls: sql`${jobs.stalls} + (${jobs.state} = 'running')::int`,
    })
    .where(
      sql`${jobs.id} = ${input.id} and (
        (${jobs.state} = 'queued' and ${jobs.runAt} <= now())
        or (${jobs.state} = 'running' and ${jobs.leaseUntil} < now()))`,
    )
    .returning();
  if (claimed !== undefined) {
    const { id, kind, subjectId, attempts, stalls } = claimed;
    return { state: "claimed", job: { id, kind, subjectId, attempts, stalls, token: input.token } };
  }
  const [row] = await db
    .select({
      delayMs: sql<number>`1000 * extract(epoch from
        case when ${jobs.state} = 'queued' then ${jobs.runAt} else ${jobs.leaseUntil} end - now())::float8`,
    })
    .from(jobs)
    .where(sql`${jobs.id} = ${input.id} and ${jobs.state} in ('queued', 'running')`);
  if (row === undefined) return { state: "gone" };
  return { state: "early", delayMs: Math.max(0, row.delayMs) + CLOCK_SLACK_MS };
}

const isHeld = (job: ClaimedJob) => and(eq(jobs.id, job.id), eq(jobs.claimedBy, job.token));

/** Prolongs the lease; false when the job is no longer this execution's: stop working on it. */
export async function renewLease(db: Database, job: ClaimedJob, leaseMs: number): Promise<boolean> {
  const renewed = await db
    .update(jobs)
    .set({ leaseUntil: sql`now() + ${seconds(leaseMs)}` })
    .where(isHeld(job))
    .returning({ id: jobs.id });
  return renewed.length === 1;
}

type Outcome =
  | { state: "done" }
  | { state: "dead"; error: string }
  | { state: "queued"; delayMs: number; error: string }
  /** Given back unfinished, through no fault of its own: the attempt does not count. */
  | { state: "returned"; delayMs?: number };

/** Ends an execution. False when it had lost its lease: then nothing is changed. */
export async function settleJob(
  db: Database | Transaction,
  job: ClaimedJob,
  outcome: Outcome,
): Promise<boolean> {
  const isQueued = outcome.state === "queued" || outcome.state === "returned";
  const delayMs = "delayMs" in outcome ? (outcome.delayMs ?? 0) : 0;
  const settled = await db
    .update(jobs)
    .set({
      state: outcome.state === "returned" ? "queued" : outcome.state,
      claimedBy: null,
      leaseUntil: null,
      ...("error" in outcome ? { lastError: outcome.error } : {}),
      ...(outcome.state === "returned" ? { attempts: sql`${jobs.attempts} - 1` } : {}),
      ...(isQueued
        ? // The broker has it still, and is told when to deliver it next.
          { runAt: sql`now() + ${seconds(delayMs)}`, handedAt: sql`now()` }
        : { finishedAt: sql`now()` }),
    })
    .where(isHeld(job))
    .returning({ id: jobs.id });
  return settled.length === 1;
}
