import { sql } from "drizzle-orm";
import {
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { JobKind, JobState, type ProcessStatus } from "@/server/contracts";
import { checkOneOf } from "./closed-values";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** Last sign of life of each running process, for health answers. One that stops takes its row away. */
export const processHeartbeats = pgTable("process_heartbeats", {
  /** Host, process id and a random part: two processes never share one. */
  instanceId: text("instance_id").primaryKey(),
  role: text("role").notNull(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  startedAt: instant("started_at").notNull(),
  lastAt: instant("last_at").notNull(),
  status: jsonb("status").$type<ProcessStatus>().notNull(),
});

/**
 * The queue's outbox and its truth: written in the transaction that made the work necessary, handed
 * to the broker by a relay, claimed by a conditional update. Finished rows are pruned after a day.
 */
export const jobs = pgTable(
  "jobs",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    kind: text("kind").$type<JobKind>().notNull(),
    /** Of what: see JobKind. */
    subjectId: text("subject_id").notNull(),
    state: text("state").$type<JobState>().notNull().default("queued"),
    /** Smaller is sooner. */
    priority: integer("priority").notNull().default(5),
    runAt: instant("run_at").notNull().defaultNow(),
    /** When a relay last gave it to the broker; null: not yet. */
    handedAt: instant("handed_at"),
    /** Executions begun. */
    attempts: integer("attempts").notNull().default(0),
    /** Executions whose lease ran out: the worker died or lost its database. */
    stalls: integer("stalls").notNull().default(0),
    /** The token of the execution that holds it. */
    claimedBy: text("claimed_by"),
    leaseUntil: instant("lease_until"),
    lastError: text("last_error"),
    createdAt: instant("created_at").notNull().defaultNow(),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    checkOneOf("jobs_kind_known", t.kind, JobKind.options),
    checkOneOf("jobs_state_known", t.state, JobState.options),
    /** The same work is asked for once at a time. */
    uniqueIndex("jobs_living").on(t.kind, t.subjectId).where(sql`state in ('queued', 'running')`),
    index("jobs_to_hand_over").on(t.handedAt).where(sql`state in ('queued', 'running')`),
    index("jobs_finished").on(t.state, t.finishedAt).where(sql`state in ('done', 'dead')`),
  ],
);
