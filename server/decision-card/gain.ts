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
  const needsCode = items.some(({ change }) => rewritesOf(change).length > 0);
  const whole = choice === null ? estimatedGain(source, items) : measuredGain(choice);
  if (!needsCode) return { now: whole, after_code_changes: null };
  const effective = items.filter(worksAlone);
  const alone = effective.length === 0 ? null : measuredChoice(source, effective);
  return { now: alone && measuredGain(alone), after_code_changes: whole };
}

/** Speeds queries up as they are sent: a summary table does not until queries read it. */
export const worksAlone = ({ change }: SuggestionItem): boolean =>
  factsOf(change).carriedOutBy === "sidecar";

function measuredGain({ gain, evidence }: MeasuredChoice): CardGain {
  const { value, low, high }: Interval = gain;
  return {
    value,
    of: "workload",
    coverage: coverageOf(evidence),
    interval: { low, high },
    basis: "measured",
    outcome: outcomeOf(gain),
  };
}

const coverageOf = (evidence: MeasuredEvidence | null): number | null =>
  evidence?.workload.coverage ?? null;

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
