import { z } from "zod";
import { Interval } from "./evidence";
import { Verdict } from "./verdict";

const ProofPhase = z.enum([
  "queued",
  "export",
  "shadow",
  "baseline",
  "measure",
  "set",
  /** The advice is published; the search goes on until every candidate was measured or ruled out. */
  "completing",
  "done",
]);

export const ProofProgress = z
  .object({
    phase: ProofPhase,
    /** 0..1 of the way to the first advice; 1 while `completing`. */
    fraction: z.number().min(0).max(1),
    message: z.string(),
    /** Verdicts so far, in the order they fell. */
    verdicts: z.array(z.object({ candidate_id: z.string(), title: z.string(), verdict: Verdict })),
    /** The best set measured so far: what would be suggested if the time ended now. */
    best: z.object({ candidate_ids: z.array(z.string()), gain: Interval }).optional(),
    /** Candidates measured or ruled out, of all of them. */
    candidates: z.object({ done: z.number().int(), total: z.number().int() }).optional(),
  })
  .meta({ id: "ProofProgress" });
export type ProofProgress = z.infer<typeof ProofProgress>;

/** ms since the proof began. */
const at = { at_ms: z.number() };
const candidate = { ...at, candidate_id: z.string(), title: z.string() };
const ids = z.array(z.string());

/** One line of a proof's log: what was tried, when, and why it won or lost. */
export const ProofEvent = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("proof_started"),
    ...at,
    candidates: z.number().int(),
    budget_ms: z.number(),
  }),
  z.object({ kind: z.literal("candidate_started"), ...candidate, is_repeat: z.boolean() }),
  z.object({
    kind: z.literal("candidate_measured"),
    ...candidate,
    /** Of the whole workload. */
    gain: Interval,
    build_ms: z.number(),
    duration_ms: z.number(),
  }),
  z.object({ kind: z.literal("candidate_accepted"), ...candidate, verdict: Verdict }),
  z.object({ kind: z.literal("candidate_rejected"), ...candidate, verdict: Verdict }),
  z.object({
    kind: z.literal("set_tried"),
    ...at,
    /** The set that was built and measured. */
    candidate_ids: ids,
    /** Members that the chosen set lacks, and those of it that gave way. */
    added: ids,
    removed: ids,
    outcome: z.enum(["accepted", "rejected", "failed", "out_of_time"]),
    /** Gain over the chosen set, where it was measured. */
    gain: Interval.nullable(),
    reason: z.string(),
  }),
  /** A chosen change that gave way: to a better one, as redundant, or as harmful. */
  z.object({ kind: z.literal("member_dropped"), ...candidate, verdict: Verdict }),
  /** All chosen changes measured together against the unchanged data. */
  z.object({
    kind: z.literal("set_confirmed"),
    ...at,
    candidate_ids: ids,
    gain: Interval.nullable(),
    is_confirmed: z.boolean(),
    reason: z.string(),
  }),
  z.object({ kind: z.literal("evidence_deepened"), ...at, candidate_ids: ids }),
  /** The budget of the first advice ended; these candidates were not reached. */
  z.object({ kind: z.literal("time_budget_ended"), ...at, not_reached: ids }),
  z.object({
    kind: z.literal("advice_published"),
    ...at,
    candidate_ids: ids,
    is_complete: z.boolean(),
    note: z.string().nullable(),
  }),
  z.object({ kind: z.literal("paused"), ...at, reason: z.string() }),
  z.object({ kind: z.literal("resumed"), ...at, paused_ms: z.number() }),
  z.object({ kind: z.literal("stopped"), ...at, reason: z.string() }),
  z.object({ kind: z.literal("problem"), ...at, what: z.string(), message: z.string() }),
]);
export type ProofEvent = z.infer<typeof ProofEvent>;

export const ContinueRequest = z
  .strictObject({
    /** More time for the proof, seconds. */
    seconds: z.number().int().min(10).max(3600).default(120),
  })
  .meta({ id: "ContinueRequest" });
export type ContinueRequest = z.infer<typeof ContinueRequest>;

/** A cancellation says nothing but which proof; unknown fields are refused. */
export const CancelRequest = z.strictObject({}).meta({ id: "CancelRequest" });

export const ListProofEvents = z.object({
  /** Events after this `seq`; all when left out. */
  after: z.number().int().nonnegative().optional(),
  limit: z.number().int().min(1).max(1000).default(500),
});
export type ListProofEvents = z.infer<typeof ListProofEvents>;

/** The log of a suggestion's proofs: what was tried, when, and why it won or lost. */
export const ProofLog = z
  .object({
    items: z.array(z.object({ seq: z.number().int(), at: z.iso.datetime(), event: ProofEvent })),
    /** Send as `after` for the events that follow; null: there are none yet. */
    next_after: z.number().int().nullable(),
  })
  .meta({ id: "ProofLog" });
export type ProofLog = z.infer<typeof ProofLog>;
