import { chanceToPay, gainBucket, PAYS_FROM } from "@/server/inference/tasks";
import { Rng } from "../../random";
import type { MeasuredExample } from "../measured-examples";
import { fitCostModel } from "./cost-model";

const FOLDS = 5;

interface Score {
  /** Share of gains in the bucket that was foretold, and at most one beside it. */
  bucket_accuracy: number;
  within_one: number;
  /** Whether the gain exceeds a tenth. */
  pays_accuracy: number;
  pays_auc: number;
  pays_calibration_error: number;
}

export interface CostModelReport {
  /** Measured queries, and what was learned from (several queries of a candidate together, too). */
  experiments: number;
  examples: number;
  families: number;
  by_kind: Record<string, number>;
  scores: { cost_model: Score; rules: Score; majority: Score };
}

interface Outcome {
  bucket: number;
  foretold: number;
  chance: number;
}

/** Error on families the model was not fitted on, five folds, beside the rules and the commonest class. */
export function evaluateCostModel(
  examples: readonly MeasuredExample[],
  seed: number,
): CostModelReport {
  const families = [...new Set(examples.map(({ family }) => family))].sort();
  const fold = new Map(
    new Rng(seed, "folds").shuffle(families).map((family, at) => [family, at % FOLDS]),
  );
  const [model, rules, majority]: Outcome[][] = [[], [], []];
  for (let held = 0; held < FOLDS; held++) {
    const isHeld = ({ family }: MeasuredExample): boolean => fold.get(family) === held;
    const seen = examples.filter((one) => !isHeld(one));
    const fitted = fitCostModel(seen, seed);
    const common = commonest(seen.map(({ gain }) => gainBucket(gain)));
    const payShare =
      seen.filter(({ gain }) => gainBucket(gain) >= PAYS_FROM).length / Math.max(1, seen.length);
    for (const { features, gain } of examples.filter(isHeld)) {
      const bucket = gainBucket(gain);
      const shares = fitted.predict(features);
      const { prior, estimated_gain: estimate } = features;
      model?.push({ bucket, foretold: likeliest(shares), chance: chanceToPay(shares) });
      rules?.push({ bucket, foretold: gainBucket(prior >= 0.5 ? estimate : 0), chance: prior });
      majority?.push({ bucket, foretold: common, chance: payShare });
    }
  }
  const kinds = examples.filter(({ queries }) => queries === 1).map((one) => one.features.kind);
  return {
    experiments: kinds.length,
    examples: examples.length,
    families: families.length,
    by_kind: Object.fromEntries(
      [...new Set(kinds)].sort().map((kind) => [kind, kinds.filter((one) => one === kind).length]),
    ),
    scores: {
      cost_model: score(model ?? []),
      rules: score(rules ?? []),
      majority: score(majority ?? []),
    },
  };
}

function score(outcomes: readonly Outcome[]): Score {
  const forecasts = outcomes.map(
    ({ bucket, chance }): Forecast => ({ chance, isTrue: bucket >= PAYS_FROM }),
  );
  const share = (accepts: (one: Outcome) => boolean): number =>
    outcomes.filter(accepts).length / Math.max(1, outcomes.length);
  return {
    bucket_accuracy: round(share(({ bucket, foretold }) => bucket === foretold)),
    within_one: round(share(({ bucket, foretold }) => Math.abs(bucket - foretold) <= 1)),
    pays_accuracy: round(accuracy(forecasts)),
    pays_auc: round(areaUnderCurve(forecasts)),
    pays_calibration_error: round(calibrationError(forecasts)),
  };
}

function likeliest(shares: Readonly<Record<string, number>>): number {
  const [best = ["1", 0]] = Object.entries(shares).sort(([, a], [, b]) => b - a);
  return Number(best[0]);
}

function commonest(values: readonly number[]): number {
  const counts = values.reduce<Record<string, number>>((sums, value) => {
    sums[value] = (sums[value] ?? 0) + 1;
    return sums;
  }, {});
  return likeliest(counts);
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** A probability of yes, and whether it was yes. */
export interface Forecast {
  chance: number;
  isTrue: boolean;
}

/**
 * Probability that a true case is given a higher chance than a false one, ties half (0.5: none better
 * than the other); NaN where one kind is missing. Source: Mann and Whitney (1947).
 */
export function areaUnderCurve(forecasts: readonly Forecast[]): number {
  const sorted = [...forecasts].sort((a, b) => a.chance - b.chance);
  let [rankSum, positives] = [0, 0];
  for (let at = 0; at < sorted.length; ) {
    const chance = sorted[at]?.chance;
    let end = at;
    while (sorted[end]?.chance === chance && end < sorted.length) end++;
    const trues = sorted.slice(at, end).filter(({ isTrue }) => isTrue).length;
    rankSum += trues * ((at + 1 + end) / 2);
    positives += trues;
    at = end;
  }
  const negatives = forecasts.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Share of forecasts (chance of a half or more: yes) that were right. */
export function accuracy(forecasts: readonly Forecast[]): number {
  return (
    forecasts.filter(({ chance, isTrue }) => chance >= 0.5 === isTrue).length / forecasts.length
  );
}

/**
 * Expected calibration error over ten bins of equal width: mean distance between the chance given and
 * the share that came true, weighed by the bins' sizes. Source: Guo et al., ICML 2017.
 */
export function calibrationError(forecasts: readonly Forecast[], bins = 10): number {
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const those = forecasts.filter(
      ({ chance }) => Math.min(bins - 1, Math.floor(chance * bins)) === bin,
    );
    const given = those.reduce((sum, { chance }) => sum + chance, 0);
    const came = those.filter(({ isTrue }) => isTrue).length;
    error += Math.abs(given - came) / forecasts.length;
  }
  return error;
}
