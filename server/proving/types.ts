import type { WorkloadQuery } from "@/server/advisor";
import type {
  Candidate,
  Change,
  LeftOut,
  Plan,
  ProductSchema,
  ProofEvent,
  ProofProgress,
  ProofResult,
  ProvedCandidate,
} from "@/server/contracts";
import type { DataProduct } from "@/server/data-product/port";

import type { ProofWeights } from "./gain";
import type { EarlierVerdicts, LearnedGains } from "./judge";
import type { ObservedWorkload } from "./measure/coverage";

interface AdviceUpdate {
  /** Every candidate was measured or ruled out, or the time for that has ended: the last call. */
  isComplete: boolean;
  /** What changed since the advice before, as a sentence; null: nothing, or it is the first. */
  note: string | null;
}

interface ProofCompletion {
  /** From the start of the proof, pauses left out; Infinity: until everything was measured. */
  secondsMax: number;
  /**
   * Asked before each step after the first advice. "pause": the product is busy, and it is asked again
   * a little later; "yield": another proof comes first: what was found is published, and the search
   * ends unfinished; "stop": somebody has decided.
   */
  check: () => Promise<"continue" | "pause" | "yield" | "stop">;
}

export interface ProofInput {
  product: DataProduct;
  schema: ProductSchema;
  queries: WorkloadQuery[];
  /** All that the product was asked; the queries themselves unless given. */
  observed?: ObservedWorkload;
  /** Most promising first: what does not fit into the time is left from the end. */
  candidates: Candidate[];
  /** Shown as alternatives that were not tried. */
  excluded: { candidate: Candidate; reason: string }[];
  /**
   * The candidates are asked for, all together: they are tested as one, need gain nothing, and must do no
   * harm. Left out: each is a proposal, and the best set of them is searched for.
   */
  isRequested?: boolean;
  /** One plan for several changes together. Throws AppError `not_executable`. */
  compile: (changes: Change[]) => Plan;
  /** Exported tables, kept between proofs. */
  cacheDir: string;
  /** Shadow databases of this proof; emptied when it ends, however it ends. */
  workDir: string;
  rowsMax: number;
  /** For all of it, clearing up included. The export, and a set that does harm, may take longer. */
  secondsMax: number;
  /** Share of the time (0..1) of the workload or of a targeted query that is worth a change. */
  gainMin: number;
  /** What the last proof of the same question said, by candidate id; empty for the first. */
  earlier: EarlierVerdicts;
  /** What executions taught of kinds of change on this product; left out: nothing. */
  learned?: LearnedGains;
  /**
   * What an earlier proof of the same question said, evidence included: measurements of the same data
   * version are used again. Left out: nothing is remembered.
   */
  remembered?: readonly ProvedCandidate[];
  weights: ProofWeights;
  seed: number;
  /** What failed without ending the proof: a check of the data, say. */
  onProblem: (what: string, error: unknown) => void;
  onProgress: (progress: ProofProgress) => void;
  /** How many of the tables that a proof looks at were not copied for lack of time. */
  onCopied?: (tables: LeftOut) => void;
  /** Each line of the proof's log, as it falls. */
  onEvent: (event: ProofEvent) => void;
  /**
   * The first advice, within `secondsMax`; again when the completed search changed it, and at its
   * end (`isComplete`). "stop" ends the search: somebody has decided.
   */
  onAdvice: (result: ProofResult, update: AdviceUpdate) => Promise<"continue" | "stop">;
  /** How the search goes on after the first advice; null: it ends with it. */
  completion: ProofCompletion | null;
  signal: AbortSignal;
}
