import {
  describeScope,
  type MeasuredEvidence,
  makeVerdict,
  type Verdict,
} from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";
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

/**
 * The verdict on changes that were asked for. They fit when every result is equal, no query is surely
 * slower by more than 5% (see regressedQueries) and neither is the whole workload, its timed writes
 * included. Nothing has to be gained; what inserts and storage cost is told, and is whoever asked's to
 * weigh.
 */
export function judgeFit(evidence: MeasuredEvidence): Verdict {
  const { workload } = evidence;
  const cost = costs(evidence);
  const unequal = describeDifference(evidence);
  if (unequal !== null) return makeVerdict("results_differ", `${unequal}${cost}`);
  const whole = `${describeScope(workload)} ${speed(workload.gain)}`;
  const regressed = worst(regressedQueries(evidence));
  if (regressed !== undefined) {
    const reason = `${describeQuery(regressed)}; ${lower(whole)}.${cost}`;
    return makeVerdict("regresses_query", reason);
  }
  if (workload.gain.high < 0 && workload.gain.value < -REGRESSION_MIN) {
    return makeVerdict("slower", `${whole}.${cost}`);
  }
  return makeVerdict("fits", `${describeReplayed(evidence)} ${whole}.${cost}`);
}

function describeReplayed({ queries, workload }: MeasuredEvidence): string {
  const reads = queries.filter(({ kind }) => kind === undefined).length;
  const missed = workload.not_replayed_count ?? workload.not_replayed.length;
  const left =
    missed === 0 ? "" : ` ${formatPlural(missed, "query", "queries")} could not be replayed.`;
  if (reads === 0) return `No query of the workload that reads the table was replayed.${left}`;
  const count = formatPlural(reads, "query", "queries");
  return `Nothing breaks: of ${count} replayed, none is slower by more than ${formatPercent(REGRESSION_MIN)}.${left}`;
}
