import { z } from "zod";

/**
 * Work done away from requests. Its subject is a suggestion (prove), an operation (execute, verify, cleanup), a
 * notification (notify: finds its recipients) or a delivery of one (deliver).
 */
export const JobKind = z.enum(["prove", "execute", "verify", "cleanup", "notify", "deliver"]);
export type JobKind = z.infer<typeof JobKind>;

/** `dead`: given up after its last attempt, kept until an administrator retries or discards it. */
export const JobState = z.enum(["queued", "running", "done", "dead"]);
export type JobState = z.infer<typeof JobState>;

/** What travels through the broker: the id of the row that says everything else. */
export const JobPayload = z.strictObject({ job_id: z.int().positive() });
export type JobPayload = z.infer<typeof JobPayload>;

/** One job as administrators see it. */
export const Job = z
  .object({
    id: z.int(),
    kind: JobKind,
    subject_id: z.string(),
    state: JobState,
    attempts: z.int(),
    run_at: z.iso.datetime(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Job" });
export type Job = z.infer<typeof Job>;

export const ListJobs = z.object({
  /** All when left out. */
  state: JobState.optional(),
  limit: z.number().int().min(1).max(1000).default(50),
});
export type ListJobs = z.infer<typeof ListJobs>;

/** What a process can do now: its parts by name, each in order or with what is wrong. */
export const ProcessStatus = z.object({
  is_ready: z.boolean(),
  parts: z.record(z.string(), z.object({ is_ready: z.boolean(), detail: z.string() })),
});
export type ProcessStatus = z.infer<typeof ProcessStatus>;
