import type { WorkloadQuery } from "@/server/advisor";
import type { Candidate, TableSchema } from "@/server/contracts";

/** One query measured with and without a change. */
export interface QueryGain {
  fingerprint: string;
  /** Median time without the change, ms. */
  baselineMs: number;
  /** 1 − after/before, median of interleaved pairs; negative is slower. */
  gain: number;
  pairs: number;
}

export interface MeasuredCandidate {
  candidate: Candidate;
  queries: QueryGain[];
}

/** Everything one generated product showed. */
export interface MeasuredFamily {
  index: number;
  family: string;
  tables: TableSchema[];
  queries: WorkloadQuery[];
  measured: MeasuredCandidate[];
}
