import { z } from "zod";

/** Why a candidate was accepted or not; each code says what happened to it. */
export const VerdictCode = z.enum([
  "passed",
  /** Asked for, not proposed: it breaks nothing and slows nothing that was measured. No gain is expected. */
  "fits",
  /** Asked for: it breaks nothing, and what it makes slower was measured, for a person to weigh. */
  "fits_with_cost",
  /** Rows that are there do not satisfy what was asked for (counted on the shadow copy). */
  "violates_data",
  "gain_below_threshold",
  "interval_includes_zero",
  "slower",
  "regresses_query",
  "results_differ",
  /** The gain is there, but storage and inserts cost more than it is worth. */
  "cost_exceeds_gain",
  /** DuckDB refused its plan. */
  "failed_to_apply",
  /** No query that uses its table could be replayed, or measuring failed. */
  "not_measurable",
  /** Excludes a chosen change, and does not gain enough more in its place (measured). */
  "conflicts_in_set",
  /** Pays alone, but adds too little beside the chosen changes (measured). */
  "redundant_in_set",
  /** Slows a query, or changes a result, beside the chosen changes (measured). */
  "harmful_in_set",
  /** Cannot be applied beside the chosen changes. */
  "failed_in_set",
  /** Excludes a chosen change; the gain expected of the exchange was too small to measure in time. */
  "excluded_on_estimate",
  /** The time ended before it was measured, or before it was measured beside the chosen changes. */
  "not_reached",
  /** A rule speaks against it; it was not measured. */
  "excluded_by_rule",
]);
export type VerdictCode = z.infer<typeof VerdictCode>;

/** What a verdict rests on: measurements, an estimate (or nothing yet), or an error. */
const VerdictBasis = z.enum(["measured", "estimated", "error"]);
type VerdictBasis = z.infer<typeof VerdictBasis>;

const BASES: Record<VerdictCode, VerdictBasis> = {
  passed: "measured",
  fits: "measured",
  fits_with_cost: "measured",
  violates_data: "measured",
  gain_below_threshold: "measured",
  interval_includes_zero: "measured",
  slower: "measured",
  regresses_query: "measured",
  results_differ: "measured",
  cost_exceeds_gain: "measured",
  failed_to_apply: "error",
  not_measurable: "error",
  conflicts_in_set: "measured",
  redundant_in_set: "measured",
  harmful_in_set: "measured",
  failed_in_set: "error",
  excluded_on_estimate: "estimated",
  not_reached: "estimated",
  excluded_by_rule: "estimated",
};

export const Verdict = z
  .object({
    code: VerdictCode,
    is_accepted: z.boolean(),
    /** One sentence with the numbers that decided it. */
    reason: z.string(),
    basis: VerdictBasis,
  })
  .meta({ id: "Verdict" });
export type Verdict = z.infer<typeof Verdict>;

const ACCEPTING: ReadonlySet<VerdictCode> = new Set(["passed", "fits", "fits_with_cost"]);

/** A verdict of this code, which tells whether it accepts, and the basis. */
export function makeVerdict(code: VerdictCode, reason: string): Verdict {
  return { code, is_accepted: ACCEPTING.has(code), reason, basis: BASES[code] };
}
