import type { WorkloadQuery } from "@/server/advisor";

/** What the product was seen to be asked: what a proof covers is a share of it. */
export interface ObservedWorkload {
  queries: readonly WorkloadQuery[];
  /** Calls that the product counted and did not keep; they weigh as much as the mean of the others. */
  droppedCalls: number;
}

/**
 * Share (0..1) of the observed workload's time that a proof can speak for: what was replayed, and what
 * uses no table that a change touches. A query that reads what the product does not tell of (a table
 * of another schema, say) is not known to be untouched. Shares of calls while no time is known; 1 of
 * no workload at all.
 */
export function coverageOf(
  { queries, droppedCalls }: ObservedWorkload,
  proof: {
    replayed: ReadonlySet<string>;
    changedTables: ReadonlySet<string>;
    knownTables: ReadonlySet<string>;
  },
): number {
  const isTimed = queries.some(({ pattern }) => pattern.mean_ms > 0);
  const weigh = (some: readonly WorkloadQuery[]) =>
    some.reduce((sum, { pattern }) => sum + pattern.calls * (isTimed ? pattern.mean_ms : 1), 0);
  const isUntouched = ({ shape }: WorkloadQuery) =>
    (shape.isParsed || shape.kind !== "select") &&
    shape.kind !== "other" &&
    shape.tables.every((name) => proof.knownTables.has(name) && !proof.changedTables.has(name));
  const covered = queries.filter(
    (query) => proof.replayed.has(query.pattern.fingerprint) || isUntouched(query),
  );
  const calls = queries.reduce((sum, { pattern }) => sum + pattern.calls, 0);
  const total = weigh(queries);
  const dropped = calls > 0 ? (droppedCalls * total) / calls : 0;
  return total > 0 ? weigh(covered) / (total + dropped) : 1;
}
