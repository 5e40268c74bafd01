import { z } from "zod";

/** When one query counts as regressed after an execution: every limit has to be reached. */
const QueryLimits = z.strictObject({
  /** Calls since the execution, and before it. Below it a slower query is told and decides nothing. */
  calls_min: z.int().min(12).max(10_000).default(30),
  /** Its time, before or now (whichever is more), as a share (0..1) of the whole workload's time. */
  share_min: z.number().min(0).max(1).default(0.01),
  /** Lost by a call, at the median. */
  lost_ms_min: z.number().min(0).max(60_000).default(0.1),
  /** Surely (99%) lost, as a share (0.05: 5% slower). */
  lost_share_min: z.number().min(0).max(10).default(0.05),
  /** One such query is a regression, whatever the whole workload gained. */
  overrides_workload: z.boolean().default(false),
});

/** What counts as a regression on the live workload, and what follows from it. */
export const RegressionPolicy = z
  .strictObject({
    /** Share (0..1) of the whole workload's time, weighted by calls, that must surely (95%) be lost. */
    workload_lost_min: z.number().min(0).max(1).default(0.01),
    query: QueryLimits.prefault({}),
    /** Minutes from a regression to its automatic rollback, time to keep the change; null: people decide. */
    roll_back_after_minutes: z.number().min(0).max(10_080).nullable().default(0),
    /** A change that was rolled back is not suggested again for this long; 0: at once. */
    wait_after_rollback_hours: z.number().min(0).max(8760).default(24),
  })
  .meta({ id: "RegressionPolicy" });
export type RegressionPolicy = z.infer<typeof RegressionPolicy>;

/** What holds where a policy says nothing of it. */
export const DEFAULT_REGRESSION_POLICY: RegressionPolicy = RegressionPolicy.parse({});
