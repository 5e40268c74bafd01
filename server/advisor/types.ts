import type { Candidate, TableSchema, WorkloadPattern } from "@/server/contracts";
import type { QueryRewriteOption, QueryShape, QuerySummary } from "@/server/workload/shape";

/** A query shape with what was counted of it and what the parser saw in it. */
export interface WorkloadQuery {
  pattern: WorkloadPattern;
  shape: QueryShape;
  /** Other texts that should answer the same, by rule. */
  rewrites?: QueryRewriteOption[];
  /** What a summary table would have to hold to answer it; null when none could. */
  summary?: QuerySummary | null;
}

export interface AdviceInput {
  tables: TableSchema[];
  queries: WorkloadQuery[];
  /** Whose queries they are: a request's own are not all that the product is asked. */
  workloadOf?: "product" | "request";
  /** Advise on this table only. */
  tableName?: string;
  /**
   * All distinct values of a column (nulls left out) where the caller knows them; statistics alone
   * do not tell them, and an ENUM needs them.
   */
  distinctValues?: (table: string, column: string) => string[] | undefined;
  /** Free space of the product's disk, bytes: what needs nearly all of it is left out. */
  freeBytes?: number;
}

interface LeftOut {
  candidate: Candidate;
  reason: string;
}

/** What a kind of candidate answers: what to try, and what hard facts exclude. */
export interface Proposals {
  candidates: Candidate[];
  left_out: LeftOut[];
}

export type CandidateRule = (input: AdviceInput) => Proposals;
