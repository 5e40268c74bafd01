import type { QueryEvidence } from "@/server/contracts";
import { excludesZero } from "@/server/statistics";

/** What queries take of their unchanged time, by fingerprint (0.3: 70 % saved); missing: all of it. */
export type ResidualTime = ReadonlyMap<string, number>;

/** A query of the workload as it runs on the unchanged shadow. */
export interface TimedQuery {
  fingerprint: string;
  calls: number;
  /** Of one call, ms. */
  baselineMs: number;
}

/** What was measured of a step, query by query. */
export type MeasuredQueries = readonly Pick<QueryEvidence, "fingerprint" | "gain">[];

interface MeasuredChange {
  evidence: { queries: MeasuredQueries };
}

/** The gain of a query that counts further on: none where the interval includes zero. */
export const significantGain = (gain: QueryEvidence["gain"]): number =>
  excludesZero(gain) ? gain.value : 0;

/** Gain of undoing a step that gained so much: 0.5 (half saved) becomes −1 (twice the time). */
export const inverseGain = (gain: number): number => 1 - 1 / Math.max(1e-6, 1 - gain);

/**
 * What remains after one more step; `gainOf` says which gain of each query counts. By default only
 * significant gains do: noise of several steps would pass for a regression in the end.
 */
export function applyGains(
  residual: ResidualTime,
  step: MeasuredQueries,
  gainOf = significantGain,
): ResidualTime {
  const after = new Map(residual);
  for (const { fingerprint, gain } of step) {
    after.set(fingerprint, (residual.get(fingerprint) ?? 1) * (1 - gainOf(gain)));
  }
  return after;
}

/** ms a call of the query takes under what remains of its time. */
export function callTimeMs(query: TimedQuery, residual: ResidualTime): number {
  return query.baselineMs * (residual.get(query.fingerprint) ?? 1);
}

/** ms of all calls of these queries under what remains of their times. */
export function totalTimeMs(queries: readonly TimedQuery[], residual: ResidualTime): number {
  return queries.reduce((sum, query) => sum + query.calls * callTimeMs(query, residual), 0);
}

/**
 * Estimate, ms: the workload's time under these changes together, as if each left of every query
 * what it leaves alone. It orders what is measured; it decides no suggestion.
 */
function expectedTimeMs(
  queries: readonly TimedQuery[],
  changes: readonly MeasuredChange[],
): number {
  const residual = changes.reduce<ResidualTime>(
    (left, { evidence }) => applyGains(left, evidence.queries),
    new Map(),
  );
  return totalTimeMs(queries, residual);
}

/** Estimate, share of the time that some changes leave (1 at most): what others in their place save. */
export function expectedGain(
  queries: readonly TimedQuery[],
  { from, to }: { from: readonly MeasuredChange[]; to: readonly MeasuredChange[] },
): number {
  const before = expectedTimeMs(queries, from);
  return before > 0 ? 1 - expectedTimeMs(queries, to) / before : 0;
}

/**
 * Estimate, share of the time that a set leaves (0..1): what a change would save beside the set if
 * it kept all its gains and slowed nothing.
 */
export function bestCaseGain(
  queries: readonly TimedQuery[],
  residual: ResidualTime,
  { evidence }: MeasuredChange,
): number {
  const total = totalTimeMs(queries, residual);
  const without = applyGains(residual, evidence.queries, ({ value }) => Math.max(0, value));
  return total > 0 ? 1 - totalTimeMs(queries, without) / total : 0;
}
