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
