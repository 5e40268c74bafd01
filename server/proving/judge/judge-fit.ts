import {
  describeScope,
  type MeasuredEvidence,
  makeVerdict,
  type Verdict,
} from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import {
  costs,
  describeDifference,
  describeQuery,
  lower,
  REGRESSION_MIN,
  regressedQueries,
  speed,
  worst,
} from "./judge";

/** A workload slower by more than this share, or a query that takes more than twice as long: high risk. */
const HIGH_COST = { workload: 0.25, queryFactor: 2 };

/** What changes that were asked for make slower, beyond the limit; a person weighs it. */
export interface FitCost {
  /** A sentence with the figures. */
  drawback: string;
  /** The risk is at least this. */
  level: "medium" | "high";
}

/**
 * The verdict on changes that were asked for. Only what breaks speaks against them: a result that
 * differs. They fit when no query is surely slower by more than 5% (see regressedQueries) and neither is
 * the whole workload, its timed writes included; otherwise they fit at a cost, which is whoever asked's
 * to weigh, as is what inserts and storage cost. Nothing has to be gained.
 */
export function judgeFit(evidence: MeasuredEvidence): Verdict {
  const { workload } = evidence;
  const cost = costs(evidence);
  const unequal = describeDifference(evidence);
  if (unequal !== null) return makeVerdict("results_differ", `${unequal}${cost}`);
  const slowdown = costOfFit(evidence);
  if (slowdown !== null) {
    const reason = `Nothing breaks, but it costs time. ${slowdown.drawback}${describeMissed(evidence)}${cost}`;
    return makeVerdict("fits_with_cost", reason);
  }
  const whole = `${describeScope(workload)} ${speed(workload.gain)}`;
  return makeVerdict("fits", `${describeReplayed(evidence)} ${whole}.${cost}`);
}

/** null: nothing is surely slower by more than the limit. */
export function costOfFit(evidence: MeasuredEvidence): FitCost | null {
  const { workload, queries } = evidence;
  const regressed = regressedQueries(evidence);
  const first = worst(regressed);
  const isSlower = workload.gain.high < 0 && workload.gain.value < -REGRESSION_MIN;
  if (first === undefined && !isSlower) return null;
  const whole = `${describeScope(workload)} ${speed(workload.gain)}`;
  const isHigh =
    (isSlower && workload.gain.value < -HIGH_COST.workload) ||
    // By the pairs, as the drawback tells it: the medians of the two sides may drift apart.
    regressed.some(({ gain }) => 1 - gain.value > HIGH_COST.queryFactor);
  const level = isHigh ? "high" : "medium";
  if (first === undefined) return { drawback: `${whole}, writes included.`, level };
  const reads = queries.filter(({ kind }) => kind === undefined).length;
  const becomes = regressed.length === 1 ? "becomes" : "become";
  const count = `${formatCount(regressed.length)} of ${formatPlural(reads, "query", "queries")} ${becomes} slower by more than ${formatPercent(REGRESSION_MIN)}`;
  const named = regressed.length === 1 ? "" : "the worst ";
  return { drawback: `${count}: ${named}${describeQuery(first)}; ${lower(whole)}.`, level };
}

function describeMissed({ workload }: MeasuredEvidence): string {
  const missed = workload.not_replayed_count ?? workload.not_replayed.length;
  return missed === 0 ? "" : ` ${formatPlural(missed, "query", "queries")} could not be replayed.`;
}

function describeReplayed(evidence: MeasuredEvidence): string {
  const reads = evidence.queries.filter(({ kind }) => kind === undefined).length;
  const left = describeMissed(evidence);
  if (reads === 0) return `No query of the workload that reads the table was replayed.${left}`;
  const count = formatPlural(reads, "query", "queries");
  return `Nothing breaks: of ${count} replayed, none is slower by more than ${formatPercent(REGRESSION_MIN)}.${left}`;
}
