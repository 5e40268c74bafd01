import type { WorkloadQuery } from "@/server/advisor";
import type { JsonScalar } from "@/server/contracts";
import { withLiterals } from "@/server/proving";
import type { Copy } from "./copy";

/** A query of the workload with the parameter sets it is measured with. */
export interface ReplayedQuery {
  fingerprint: string;
  name: string;
  sql: string;
  calls: number;
  /** What it reads: changes of other tables cannot touch it. */
  tables: string[];
  sets: JsonScalar[][];
}

const SETS_MAX = 6;

/** The SELECTs of the workload, with the latest parameter sets the product was asked with. */
export function replayedQueries(
  queries: WorkloadQuery[],
  names: Map<string, string>,
): ReplayedQuery[] {
  return queries
    .filter(({ pattern }) => pattern.kind === "select")
    .map(({ pattern, shape }) => ({
      fingerprint: pattern.fingerprint,
      name: names.get(pattern.fingerprint) ?? pattern.fingerprint,
      sql: pattern.sql,
      calls: pattern.calls,
      tables: shape.tables,
      sets: distinct(pattern.parameter_samples ?? [[]]).slice(-SETS_MAX),
    }));
}

/** The text a copy is asked with: its own where its changes rewrite the query. */
export function textFor(copy: Copy, query: ReplayedQuery, set: number): string {
  const sql = copy.rewrites.get(query.fingerprint) ?? query.sql;
  return withLiterals(sql, query.sets[set % query.sets.length] ?? []);
}

function distinct(sets: JsonScalar[][]): JsonScalar[][] {
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()];
}
