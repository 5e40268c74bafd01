import { z } from "zod";
import { Interval } from "./evidence";
import { RegressionPolicy } from "./regression-policy";

/**
 * How an execution stands on the live workload. `inconclusive`: too few calls to tell within the longest window,
 * or no clear effect; the summary says which.
 */
export const VerificationState = z.enum([
  "verifying",
  "confirmed",
  "confirmed_with_regressions",
  "regressed",
  "inconclusive",
]);
export type VerificationState = z.infer<typeof VerificationState>;

const CallsAndMedian = z.object({ calls: z.number().int(), median_ms: z.number() });

/** Actual against expected for one query shape, measured on the live product. */
export const QueryOutcome = z.object({
  fingerprint: z.string(),
  sql: z.string(),
  is_targeted: z.boolean(),
  before: CallsAndMedian,
  after: CallsAndMedian,
  /** 1 − after/before, with 95 % bootstrap interval; null while there are too few calls. */
  actual_gain: Interval.nullable(),
  /** From the proof; null when the shape was not replayed there. */
  expected_gain: Interval.nullable(),
  /** `slower_as_accepted`: no more than the test run had measured when a person approved the change. */
  status: z.enum(["faster", "same", "slower", "slower_as_accepted", "too_few_calls"]),
  /** Its time, before or now (whichever is more), as a share of the whole workload's time before. */
  share: z.number().optional(),
  /**
   * What a call lost: ms at the median, and the share that is surely (99%) lost; 0 where none is. Less what the
   * machine lost for everything, and what a person accepted with the change. null: too few calls.
   */
  lost: z.object({ ms: z.number(), share: z.number() }).nullable().optional(),
  /** Beyond every limit of the policy for one query. */
  is_regression: z.boolean().optional(),
  /** Seconds until it has the calls for a decision, by how often it was called before; null: too seldom. */
  window_seconds: z.number().nullable().optional(),
});
export type QueryOutcome = z.infer<typeof QueryOutcome>;

/** The whole workload: every query that can be compared so far, weighted by its calls before the execution. */
export const WorkloadOutcome = z
  .object({
    /** Share of their time that is saved (negative: lost), with 95% interval; null: nothing is comparable yet. */
    actual: Interval.nullable(),
    /**
     * The same without what the machine lost for everything and what a person accepted, its interval wider by what
     * differs from one run to another: by this the verdict falls.
     */
    adjusted: Interval.nullable(),
    /** The same as the test run promised it; null: it promised these queries nothing. */
    expected: Interval.nullable(),
    /** Calls since the execution. */
    calls: z.number().int(),
    /** Minutes since the execution that the calls were counted in. */
    minutes: z.number(),
    /** Share (0..1) of the time before the execution that belongs to the compared queries. */
    compared_share: z.number(),
    /** How many times as long everything takes since, at least 1, by queries that the change is not meant for. */
    drift: z.number(),
  })
  .meta({ id: "WorkloadOutcome" });
export type WorkloadOutcome = z.infer<typeof WorkloadOutcome>;

/** A summary table beside its figures computed anew from its source. */
export const SummaryStaleness = z
  .object({
    summary: z.string(),
    table: z.string(),
    /** Groups of the fresh aggregate. */
    groups: z.number().int(),
    /** Groups that differ, are missing or are left over; null: the product could not compare them. */
    stale_groups: z.number().int().nullable(),
    measured_at: z.iso.datetime(),
  })
  .meta({ id: "SummaryStaleness" });
export type SummaryStaleness = z.infer<typeof SummaryStaleness>;

export const Verification = z
  .object({
    state: VerificationState,
    window_started_at: z.iso.datetime(),
    window_ended_at: z.iso.datetime().nullable(),
    /** When every query that matters should have its calls, and when the longest window ends. */
    window: z
      .object({ expected_end_at: z.iso.datetime(), latest_end_at: z.iso.datetime() })
      .optional(),
    queries: z.array(QueryOutcome),
    workload: WorkloadOutcome.optional(),
    /** Why it stands so, a sentence with figures each. */
    reasons: z.array(z.string()).optional(),
    /** The limits it was judged by, and the policy's version; null: the default. */
    limits: RegressionPolicy.optional(),
    policy_version: z.number().int().nullable().optional(),
    /** A regression was measured once; it counts when the next look shows it too. */
    is_suspect: z.boolean().optional(),
    /** Of summary tables that the execution made; empty: it made none. */
    staleness: z.array(SummaryStaleness).optional(),
    /** Somebody keeps it although it regressed: it is not rolled back automatically. */
    kept: z.object({ by: z.string(), reason: z.string(), at: z.iso.datetime() }).optional(),
    /** One sentence with the numbers. */
    summary: z.string(),
  })
  .meta({ id: "Verification" });
export type Verification = z.infer<typeof Verification>;
