import { z } from "zod";
import { Candidate } from "./candidate";
import { Finding } from "./finding";
import { Verdict } from "./verdict";

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

/** One operator of a plan that was run under DuckDB's profiler; its inputs follow, one level deeper. */
export const PlanOperator = z.object({
  depth: z.number().int().min(0),
  /** DuckDB's name for it, as in "Index scan" or "Hash join". */
  name: z.string(),
  /** The table, and what the operator does with it, without literals. */
  detail: z.string(),
  /** Rows that it passes on. */
  rows: z.number(),
  /** Rows that it reads; scans only. */
  rows_scanned: z.number().optional(),
});
export type PlanOperator = z.infer<typeof PlanOperator>;

export const QueryEvidence = z
  .object({
    fingerprint: z.string(),
    sql: z.string(),
    /** Left out for a query that only reads. A write is timed with its commit. */
    kind: z.enum(["insert", "update", "delete"]).optional(),
    /** Calls of this shape in the observed workload. */
    calls: z.number(),
    is_targeted: z.boolean(),
    baseline: LatencySummary,
    candidate: LatencySummary,
    /** Interleaved A/B pairs replayed. */
    pairs: z.number().int(),
    /** Part of the time saved: 1 − candidate/baseline (negative: slower), with interval. */
    gain: Interval,
    /** The same gain with its 99 % interval, by which a loss or a gain of one query is called sure. */
    gain_99: Interval.optional(),
    /** Rows scanned as the profiler counts them (repeats exactly where times are noisy). */
    rows_scanned: z.object({ baseline: z.number(), candidate: z.number() }),
    /** Plans of one run each on the shadow; of targeted and surely changed queries, 100 operators at most. */
    plans: z
      .object({ baseline: z.array(PlanOperator), candidate: z.array(PlanOperator) })
      .optional(),
    /** First run in a freshly opened database: DuckDB's buffers empty, the system's cache warm. */
    cold: z
      .object({
        baseline_ms: z.number(),
        candidate_ms: z.number(),
        /** Bytes that run read from the file, as the profiler counts them. */
        baseline_bytes: z.number(),
        candidate_bytes: z.number(),
        runs: z.number().int(),
      })
      .nullable()
      .optional(),
    /** The text replayed in its place, when the change rewrites this query. */
    rewritten_sql: z.string().optional(),
    results_equal: z.boolean(),
  })
  .meta({ id: "QueryEvidence" });
export type QueryEvidence = z.infer<typeof QueryEvidence>;

/** From a sample to the whole table: a model fitted at two sizes, and what it says of full size. */
export const Extrapolation = z.object({
  /** In words: what was fitted and what it assumes. */
  model: z.string(),
  /** Shares of the sample the model was fitted on, 0..1. */
  fitted_at: z.array(z.number()),
  /** Gain of the workload at full size, with an interval that carries the pairs' noise. */
  gain: Interval,
});
export type Extrapolation = z.infer<typeof Extrapolation>;

/** Time of an INSERT with its commit, in pairs. */
export const InsertCost = z.object({
  table: z.string().optional(),
  rows: z.number().int(),
  baseline_ms: z.number(),
  candidate_ms: z.number(),
  ratio: z.number(),
  /** Part of the time saved (negative: slower), with interval. */
  gain: Interval.optional(),
});
export type InsertCost = z.infer<typeof InsertCost>;

export const MeasuredEvidence = z
  .object({
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
      /**
       * Share (0..1) of the observed workload's time that this speaks for: shapes that were replayed, and
       * those that use no table a change touches. Left out by releases that did not tell.
       */
      coverage: z.number().min(0).max(1).optional(),
      /** Shapes that could not be replayed, with the reason; of very many the heaviest. */
      not_replayed: z.array(
        z.object({ fingerprint: z.string(), sql: z.string(), why: z.string() }),
      ),
      /** How many shapes were not replayed, where not all of them are listed. */
      not_replayed_count: z.number().int().optional(),
    }),
    queries: z.array(QueryEvidence),
    storage: z.object({
      baseline_bytes: z.number(),
      candidate_bytes: z.number(),
      overhead: z.number(),
    }),
    build_ms: z.number(),
    /** Of the changed table that the workload inserts into most. */
    insert_cost: InsertCost.nullable(),
    /**
     * Gain of the workload less what it costs: 1 − ws of the gain (ws: the inserts' share of the
     * workload's time), less ws × (ratio − 1) × write weight, less storage overhead × storage weight.
     */
    net_gain: z.number().optional(),
    results_equal: z.boolean(),
    /** Present when a table was sampled and there was time for it. */
    extrapolation: Extrapolation.nullable().optional(),
  })
  .meta({ id: "MeasuredEvidence" });
export type MeasuredEvidence = z.infer<typeof MeasuredEvidence>;

const EstimatedEvidence = z.object({
  basis: z.literal("estimate"),
  method: z.string(),
  gain: z.number(),
  storage_overhead: z.number(),
});

// Not named in the published document: its generator loses that a named union may be null.
export const Evidence = z.discriminatedUnion("basis", [MeasuredEvidence, EstimatedEvidence]);
export type Evidence = z.infer<typeof Evidence>;

/** What the prover says of one candidate. */
export const ProvedCandidate = z.object({
  candidate: Candidate,
  verdict: Verdict,
  evidence: Evidence.nullable(),
});
export type ProvedCandidate = z.infer<typeof ProvedCandidate>;

/** One set of changes that was applied together and measured against the unchanged data. */
export const SetTrial = z.object({
  candidate_ids: z.array(z.string()).min(1),
  /** Gain of the whole workload. */
  gain: Interval,
  storage_overhead: z.number(),
  /** Time of an insert against the unchanged data, 1 = the same; null: not measured. */
  insert_ratio: z.number().nullable(),
  /** Gain less the weighted costs of storage and inserts: what sets are compared by. */
  net_gain: z.number(),
  /** No other measured set is at least as good in gain, storage and inserts, and better in one. */
  is_pareto: z.boolean(),
  is_chosen: z.boolean(),
});
export type SetTrial = z.infer<typeof SetTrial>;

/** The proof of a whole analysis: accepted set first, then the alternatives. */
export const ProofResult = z.object({
  accepted: z.array(ProvedCandidate),
  alternatives: z.array(ProvedCandidate),
  /** Evidence of the accepted changes applied together; null when fewer than two were accepted. */
  set_evidence: MeasuredEvidence.nullable(),
  /** Every set measured on the way, the suggested one last where it has several changes. */
  sets: z.array(SetTrial),
  findings: z.array(Finding),
});
export type ProofResult = z.infer<typeof ProofResult>;
