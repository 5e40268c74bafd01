import { bootstrapInterval, resampledMedian } from "./bootstrap";
import type { Comparison } from "./compare-pairs";
import { median } from "./quantile";

const MS_MIN = 1e-6;

/**
 * Gain of two independent samples: 1 − median(after)/median(before), each side resampled by
 * itself. For latencies before and after a change on the live workload, where nothing is paired.
 * Throws RangeError when a side is empty.
 */
export function compareSamples(
  before: readonly number[],
  after: readonly number[],
  seed: number,
): Comparison {
  if (before.length === 0 || after.length === 0) throw new RangeError("Both sides need samples.");
  const old = Float64Array.from(before);
  const fresh = Float64Array.from(after);
  const scratchOld = new Float64Array(old.length);
  const scratchFresh = new Float64Array(fresh.length);
  const medianBefore = median(before);
  const medianAfter = median(after);
  const gain = bootstrapInterval(
    1 - medianAfter / Math.max(medianBefore, MS_MIN),
    (random) =>
      1 -
      resampledMedian(fresh, scratchFresh, random) /
        Math.max(resampledMedian(old, scratchOld, random), MS_MIN),
    { seed },
  );
  return { medianBefore, medianAfter, gain };
}
