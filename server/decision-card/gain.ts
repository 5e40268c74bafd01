import {
  type CardGain,
  factsOf,
  type Interval,
  type MeasuredEvidence,
  outcomeOf,
  rewritesOf,
  type SuggestionItem,
} from "@/server/contracts";
import { type CardSource, type MeasuredChoice, measuredChoice } from "./source";

/** What is gained when the button is pressed, and what when the developers have changed their queries too. */
export interface CardGains {
  now: CardGain | null;
  after_code_changes: CardGain | null;
}

/** null and null: nothing is known of these changes together. */
export function gainsOf(
  source: CardSource,
  items: readonly SuggestionItem[],
  choice: MeasuredChoice | null,
): CardGains {
  if (choice === null) return { now: estimatedGain(source, items), after_code_changes: null };
  const needsCode = items.some(({ change }) => rewritesOf(change).length > 0);
  const whole = measuredGain(choice.gain, choice.evidence);
  if (!needsCode) return { now: whole, after_code_changes: null };
  return { now: gainNow(source, items, choice), after_code_changes: whole };
}

/**
 * Of what runs here: as it was measured without the rewritten queries, else the part of the whole that
 * queries have which keep their text. null where nothing runs here, or only totals are known.
 */
function gainNow(
  source: CardSource,
  items: readonly SuggestionItem[],
  { evidence }: MeasuredChoice,
): CardGain | null {
  const executable = items.filter(({ change }) => factsOf(change).carriedOutBy !== "developers");
  if (executable.length === 0) return null;
  const isPlain = executable.every(({ change }) => rewritesOf(change).length === 0);
  const alone = isPlain ? measuredChoice(source, executable) : null;
  if (alone !== null) return measuredGain(alone.gain, alone.evidence);
  if (evidence === null) return null;
  const gain = keptTextGain(evidence);
  return measuredGain(gain, evidence);
}

/** Part of the workload's gain that queries have which keep their text. */
function keptTextGain({ workload, queries }: MeasuredEvidence): Interval {
  const total = Math.max(workload.baseline_ms, Number.MIN_VALUE);
  const parts = queries
    .filter(({ rewritten_sql }) => rewritten_sql === undefined)
    .filter((query) => query.is_targeted || outcomeOf(query.gain, query.pairs) !== "inconclusive")
    .map((query) => ({ weight: (query.calls * query.baseline.median_ms) / total, query }));
  const value = parts.reduce((sum, { weight, query }) => sum + weight * query.gain.value, 0);
  // Errors of different queries are independent: half-widths add as squares, each side for itself.
  const side = (width: (gain: Interval) => number) =>
    Math.hypot(...parts.map(({ weight, query }) => weight * width(query.gain)));
  return {
    value,
    low: value - side((gain) => gain.value - gain.low),
    high: value + side((gain) => gain.high - gain.value),
  };
}

function measuredGain(gain: Interval, evidence: MeasuredEvidence | null): CardGain {
  const { value, low, high } = gain;
  return {
    value,
    of: "workload",
    coverage: evidence?.workload.coverage ?? null,
    interval: { low, high },
    basis: "measured",
    outcome: outcomeOf(gain),
  };
}

/** Estimates of several changes do not add up: only of a single one there is a figure. */
function estimatedGain({ basis }: CardSource, items: readonly SuggestionItem[]): CardGain | null {
  const [first, ...rest] = items;
  if (basis !== "estimate" || first === undefined || rest.length > 0) return null;
  return {
    value: first.estimated_impact.time_saved,
    of: "targeted_queries",
    coverage: null,
    interval: null,
    basis: "estimate",
    outcome: "inconclusive",
  };
}
