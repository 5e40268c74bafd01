import type { Candidate, Interval, MeasuredEvidence, SetTrial, Verdict } from "@/server/contracts";
import type { CostModel, ResidualTime, WeighedInserts, WorkloadModel } from "../gain";
import type { EarlierVerdicts, LearnedGains, MemberRole } from "../judge";

/** What the search decides about, fixed for a whole proof. */
export interface SearchProblem {
  /** In the order of the rules, most promising first. */
  candidates: readonly Candidate[];
  /** Ids in the order in which they are measured alone. */
  order: readonly string[];
  workload: WorkloadModel;
  earlier: EarlierVerdicts;
  gainMin: number;
  learned?: LearnedGains | undefined;
  costs: CostModel;
}

/** ms since the proof began; pauses are left out. */
export interface SearchClock {
  elapsedMs: number;
  /** No step begins later. */
  endMs: number;
  /** What began in time ends by then, the measurement of all chosen changes included. */
  deadlineMs: number;
  /** Until here what is suggested is measured more deeply. */
  deepenEndMs: number;
  /** The whole budget. */
  budgetMs: number;
  /** Until here the search goes on after the first advice; 0: it does not. */
  completionMs: number;
}

/** A candidate that may join a set, as it was measured alone. */
export interface Member {
  id: string;
  role: MemberRole;
  /** A summary with fewer texts than were proposed, where only those gain. */
  candidate: Candidate;
  verdict: Verdict;
  evidence: MeasuredEvidence;
  inserts: readonly WeighedInserts[];
}

/** What measuring a candidate alone came to. */
export type AloneOutcome =
  | { kind: "member"; member: Member }
  | { kind: "rejected"; verdict: Verdict; evidence: MeasuredEvidence | null; candidate: Candidate }
  /** Cut off by the end of its time; measured again when there is more. */
  | { kind: "out_of_time" };

/** Changes applied together, and what is known of them. */
export interface ChosenSet {
  /** In the order in which they joined. */
  members: readonly Member[];
  /** Of the workload, against the unchanged data. */
  gain: Interval;
  inserts: readonly WeighedInserts[];
  netGain: number;
  residual: ResidualTime;
  /** Measured against the unchanged data; null: its gain is composed of steps. */
  direct: MeasuredEvidence | null;
}

/** Why a member is not in the set, and beside which members that was found. */
export interface SetRejection {
  verdict: Verdict;
  /** It stands as long as all of these are chosen; empty: always. */
  beside: readonly string[];
  /**
   * The step that found it: what joins the base afterwards, and treats a query of the member or of what
   * it would replace, opens the question again. null: the question is closed.
   */
  step: { base: readonly string[]; replaced: readonly Member[] } | null;
}

export type MeasuredSet = Omit<SetTrial, "is_pareto" | "is_chosen">;

/** A set that could be suggested as it is: measured against the unchanged data, and harmless. */
export type Fallback = ChosenSet & {
  direct: MeasuredEvidence;
  /** Its executable changes. */
  core: ChosenSet;
};

/** What is to be measured next, whatever else waits: it follows from the step before. */
interface FollowUp {
  /** Ids of members to measure beside the base, with the candidate in the place of the member's. */
  added: readonly string[];
  narrowed: Candidate | null;
  layer: Layer;
}

/**
 * Executable changes are chosen first, by themselves; texts that people have to change are chosen
 * beside them afterwards: so no advice displaces what the sidecar can do.
 */
export type Layer = "executable" | "advice";

export interface SearchState {
  problem: SearchProblem;
  clock: SearchClock;
  mode: "advising" | "completing" | "finished";
  alone: ReadonlyMap<string, AloneOutcome>;
  /** Executable changes chosen so far. */
  core: ChosenSet;
  /** `core` and the advice chosen beside it. */
  chosen: ChosenSet;
  /** All sets measured so far, for people. */
  trials: readonly MeasuredSet[];
  /** Steps made: `base>target` by set keys. */
  tried: ReadonlySet<string>;
  /** Steps that the end of the time cut off; made again while the search completes. */
  cutOff: ReadonlySet<string>;
  rejections: ReadonlyMap<string, SetRejection>;
  /** Of members that are suggested for what they add to others: that verdict, and its evidence. */
  besideOthers: ReadonlyMap<string, { verdict: Verdict; evidence: MeasuredEvidence }>;
  /** Found harmful in a set: they join none any more. */
  harmful: ReadonlySet<string>;
  followUp: FollowUp | null;
  /** A harmful member was taken out: what is left is measured before anything joins it. */
  needsReconfirmation: boolean;
  /** The first result of a measurement that is made again. */
  remeasuring: { action: MeasuringAction; first: StepResult } | null;
  /** Sets that were measured directly and may be suggested, by key. */
  fallbacks: ReadonlyMap<string, Fallback>;
  /** Deepened evidence of the chosen set and of its members, by set key and id. */
  deepened: {
    key: string;
    set: MeasuredEvidence | null;
    alone: ReadonlyMap<string, MeasuredEvidence>;
  } | null;
  /** The advice published last; null before the first. */
  published: { key: string; members: readonly Member[] } | null;
  isStopped: boolean;
}

/** Time that one measurement may take. */
export interface TimeLimits {
  /** For pairs beyond the minimum. */
  extraMs: number;
  /** ms since the proof began; what cannot be ended by then ends as `out_of_time`. */
  untilMs: number;
}

/** Thresholds by which replaying decides when a query has enough pairs. */
export interface StoppingThresholds {
  gainMin: number;
  regressionMin: number;
}

export interface MeasureAlone {
  kind: "measure_alone";
  candidate: Candidate;
  isRepeat: boolean;
  limits: TimeLimits;
  stopping: StoppingThresholds;
}

export interface MeasureStep {
  kind: "measure_step";
  layer: Layer;
  /** Measured against it. */
  base: ChosenSet;
  target: readonly Member[];
  added: readonly Member[];
  removed: readonly Member[];
  /** The base lacks what is judged: is it still needed beside the others? */
  isRemoval: boolean;
  isRepeat: boolean;
  limits: TimeLimits;
  stopping: StoppingThresholds;
}

export interface ConfirmSet {
  kind: "confirm_set";
  set: ChosenSet;
  isRepeat: boolean;
  limits: TimeLimits;
  stopping: StoppingThresholds;
}

export type MeasuringAction = MeasureAlone | MeasureStep | ConfirmSet;

export type Action =
  | MeasuringAction
  /** Cold runs of the chosen set, and what it gains on whole tables. */
  | { kind: "deepen"; set: ChosenSet }
  | { kind: "publish"; isComplete: boolean; note: string | null }
  | { kind: "finish" };

/** What a measurement came to. */
export type StepResult =
  | {
      kind: "measured";
      evidence: MeasuredEvidence;
      inserts: readonly WeighedInserts[];
      /** Storage that the base of a step adds, 1 = doubled. */
      baseOverhead: number;
    }
  /** Data or results are others, or a query fails; `why` is a clause. */
  | { kind: "differs"; why: string }
  /** DuckDB refused the plan. */
  | { kind: "not_applicable"; why: string }
  | { kind: "failed"; why: string }
  | { kind: "out_of_time" };

/** `elapsedMs` is when the action ended. */
export type ActionResult = { elapsedMs: number } & (
  | { of: "measurement"; result: StepResult }
  | {
      of: "deepen";
      set: MeasuredEvidence | null;
      alone: ReadonlyMap<string, MeasuredEvidence>;
    }
  | { of: "publish"; answer: "continue" | "stop" }
);

/** A set by its members' ids, whatever their order. */
export const setKey = (members: readonly { id: string }[]): string =>
  members
    .map(({ id }) => id)
    .sort()
    .join("\n");
