import { z } from "zod";
import { Candidate } from "./change";

/** A ratio with its 95 % bootstrap interval. */
export const Interval = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
});
export type Interval = z.infer<typeof Interval>;

/** Latencies of one query on one side, ms. */
export const LatencySummary = z.object({
  samples_ms: z.array(z.number()),
  median_ms: z.number(),
  p95_ms: z.number(),
});
export type LatencySummary = z.infer<typeof LatencySummary>;

export const QueryEvidence = z.object({
  fingerprint: z.string(),
  sql: z.string(),
  /** Calls of this shape in the observed workload. */
  calls: z.number(),
  is_targeted: z.boolean(),
  baseline: LatencySummary,
  candidate: LatencySummary,
  /** Interleaved A/B pairs replayed. */
  pairs: z.number().int(),
  /** Part of the time saved: 1 − candidate/baseline (negative: slower), with interval. */
  gain: Interval,
  /** Rows scanned as the profiler counts them (repeats exactly where times are noisy). */
  rows_scanned: z.object({ baseline: z.number(), candidate: z.number() }),
  results_equal: z.boolean(),
});
export type QueryEvidence = z.infer<typeof QueryEvidence>;

export const VerdictCode = z.enum([
  "passed",
  "gain_below_threshold",
  "interval_includes_zero",
  "slower",
  "regresses_query",
  "results_differ",
  "failed_to_apply",
  "not_measurable",
  /** Paid alone, but adds nothing beside the changes already chosen. */
  "superseded_by_set",
  /** Left out by the rules (counter-indication) before measurement, or time budget ended. */
  "not_tried",
]);
export type VerdictCode = z.infer<typeof VerdictCode>;

export const MeasuredEvidence = z.object({
  basis: z.literal("measured"),
  measured_at: z.iso.datetime(),
  duration_ms: z.number(),
  seed: z.number().int(),
  duckdb_version: z.string(),
  threads: z.number().int(),
  data_version: z.string(),
  schema_fingerprint: z.string(),
  sample: z.array(
    z.object({
      table: z.string(),
      rows: z.number().int(),
      rows_total: z.number().int(),
      method: z.enum(["all", "reservoir"]),
    }),
  ),
  /** Whole weighted workload (calls × latency), targeted and other queries alike. */
  workload: z.object({
    baseline_ms: z.number(),
    candidate_ms: z.number(),
    gain: Interval,
    patterns: z.number().int(),
    /** Shapes that could not be replayed, with the reason. */
    not_replayed: z.array(z.object({ fingerprint: z.string(), sql: z.string(), why: z.string() })),
  }),
  queries: z.array(QueryEvidence),
  storage: z.object({
    baseline_bytes: z.number(),
    candidate_bytes: z.number(),
    overhead: z.number(),
  }),
  build_ms: z.number(),
  insert_cost: z
    .object({
      rows: z.number().int(),
      baseline_ms: z.number(),
      candidate_ms: z.number(),
      ratio: z.number(),
    })
    .nullable(),
  results_equal: z.boolean(),
});
export type MeasuredEvidence = z.infer<typeof MeasuredEvidence>;

const EstimatedEvidence = z.object({
  basis: z.literal("estimate"),
  method: z.string(),
  gain: z.number(),
  storage_overhead: z.number(),
});

export const Evidence = z.discriminatedUnion("basis", [MeasuredEvidence, EstimatedEvidence]);
export type Evidence = z.infer<typeof Evidence>;

export const Verdict = z.object({
  code: VerdictCode,
  is_accepted: z.boolean(),
  /** One sentence with the numbers that decided it. */
  reason: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/** What the prover says of one candidate. */
export const ProvedCandidate = z.object({
  candidate: Candidate,
  verdict: Verdict,
  evidence: Evidence.nullable(),
});
export type ProvedCandidate = z.infer<typeof ProvedCandidate>;

const ProofPhase = z.enum(["queued", "export", "shadow", "baseline", "measure", "set", "done"]);
export const ProofProgress = z.object({
  phase: ProofPhase,
  /** 0..1 */
  fraction: z.number().min(0).max(1),
  message: z.string(),
  /** Verdicts so far, in the order they fell. */
  verdicts: z.array(z.object({ candidate_id: z.string(), title: z.string(), verdict: Verdict })),
});
export type ProofProgress = z.infer<typeof ProofProgress>;

/** The proof of a whole analysis: accepted set first, then the alternatives. */
export const ProofResult = z.object({
  accepted: z.array(ProvedCandidate),
  alternatives: z.array(ProvedCandidate),
  /** Evidence of the accepted changes applied together; null when fewer than two were accepted. */
  set_evidence: MeasuredEvidence.nullable(),
});
export type ProofResult = z.infer<typeof ProofResult>;
