import { z } from "zod";
import { ChangeKind } from "./change";
import { LearnedThreshold } from "./learning";
import { REJECT_REASON_CODES } from "./rejection";
import { OperationId, SuggestionId } from "./suggestion";
import { VerificationState } from "./verification";

export const ReadResults = z.object({
  /** How far back, in days. */
  days: z.number().int().min(1).max(365).default(90),
});
export type ReadResults = z.infer<typeof ReadResults>;

/** How an execution stands today. */
export const ResultState = z.enum([...VerificationState.options, "rolled_back"]);
export type ResultState = z.infer<typeof ResultState>;

const Gain = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** One execution: what its test run promised of the queries that were watched, and what they did. */
export const ExecutionResult = z.object({
  operation_id: OperationId,
  suggestion_id: SuggestionId,
  product_id: z.string(),
  kinds: z.array(ChangeKind),
  state: ResultState,
  finished_at: z.iso.datetime(),
  /** Share of the watched queries' time (0..1), weighted by their calls afterwards; null: nothing was promised. */
  promised: Gain.nullable(),
  /** The same share as measured live; null: too few calls. */
  delivered: z.number().nullable(),
  /** Time that the watched queries take less, ms a day at the rate of the watch; null: too few calls. */
  saved_ms_per_day: z.number().nullable(),
  /** Length of the watch, s: what the rate rests on. */
  watched_seconds: z.number(),
});
export type ExecutionResult = z.infer<typeof ExecutionResult>;

/** Executions of one product and kind of change together. */
export const ResultGroup = z.object({
  product_id: z.string(),
  /** Kinds that were executed together, joined. */
  kinds: z.array(ChangeKind),
  executions: z.number().int(),
  confirmed: z.number().int(),
  rolled_back: z.number().int(),
  /** Of what is in effect today; null: nothing of it was measured. */
  saved_ms_per_day: z.number().nullable(),
});
export type ResultGroup = z.infer<typeof ResultGroup>;

export const Results = z
  .object({
    since: z.iso.datetime(),
    /** Suggestions that were decided: by one person, by several, or by the policy. */
    decisions: z.object({ approved: z.number().int(), rejected: z.number().int() }),
    /** All executions by how they stand. */
    states: z.record(ResultState, z.number().int()),
    /** Of what is in effect today, ms a day at the rates of the watches; null: nothing was measured. */
    saved_ms_per_day: z.number().nullable(),
    /** Executions with a promise and a measurement, and how many delivered within the promised interval or more. */
    promises: z.object({ kept: z.number().int(), of: z.number().int() }),
    groups: z.array(ResultGroup),
    /** The latest first, at most 200 of those that `states` counts. */
    executions: z.array(ExecutionResult),
    /** Rejections by their named reason, most frequent first, with the words that were given most often. */
    rejections: z.array(
      z.object({
        reason_code: z.enum(REJECT_REASON_CODES),
        count: z.number().int(),
        words: z.array(z.object({ reason: z.string(), count: z.number().int() })),
      }),
    ),
    /** What outcomes taught: kinds of change that must gain more than usual. */
    learned: z.array(LearnedThreshold),
    /** What the test runs of the suggestions of these days took. */
    cost: z.object({
      /** Test runs that have ended, of so many suggestions. */
      tested: z.number().int(),
      /** Time that they took, pauses left out, s. */
      test_seconds: z.number(),
      /** Processor time of the process that made them, all cores, s. */
      cpu_seconds: z.number(),
    }),
    feedback: z.object({ useful: z.number().int(), not_useful: z.number().int() }),
  })
  .meta({ id: "Results" });
export type Results = z.infer<typeof Results>;
