import { type CandidateFeatures, candidateFeatures, proposeCandidates } from "@/server/advisor";
import type { TableSchema } from "@/server/contracts";
import type { Subject } from "./subject";

/**
 * A measured candidate as it looks to one who knows names, types and queries alone: what is asked
 * of an analysis from a request's context. null where the rules would not propose it then.
 */
export function proposedBlindly(subject: Subject): CandidateFeatures | null {
  const tables = subject.tables.map(blind);
  const queries = subject.queries.map(({ pattern, ...rest }) => ({
    ...rest,
    pattern: { ...pattern, mean_ms: 0, median_ms: 0, p95_ms: 0, parameter_samples: [] },
  }));
  const { candidates } = proposeCandidates({ tables, queries });
  const same = candidates.find(({ candidate_id: id }) => id === subject.candidate.candidate_id);
  return same === undefined ? null : candidateFeatures(same, tables, queries);
}

function blind(table: TableSchema): TableSchema {
  return {
    ...table,
    row_count: 0,
    estimated_bytes: 0,
    columns: table.columns.map((column) => ({ ...column, statistics: null })),
  };
}
