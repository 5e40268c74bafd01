import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  comparePairs,
  compareSamples,
  createRandom,
  excludesZero,
  extrapolateGain,
  hasEnoughPairs,
  median,
  quantile,
  weightedGain,
} from ".";

const latency = fc.double({ min: 0.01, max: 5000, noNaN: true });
const latencies = fc.array(latency, { minLength: 5, maxLength: 40 });
const seed = fc.integer({ min: 0, max: 2 ** 31 });
const rule = { pairsMin: 5, pairsMax: 40, gainMin: 0.1, regressionMin: 0.05, seed: 1 };

/** Noise around one: ± `spread`. */
function noisy(count: number, base: number, spread: number, seedOfNoise: number): number[] {
  const random = createRandom(seedOfNoise);
  return Array.from({ length: count }, () => base * (1 + spread * (2 * random() - 1)));
}

describe("quantiles", () => {
  it("lie between the smallest and the largest value", () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, probability) => {
        const found = quantile(values, probability);
        expect(found).toBeGreaterThanOrEqual(Math.min(...values));
        expect(found).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });
  it("give the middle of an odd list and the mean of the two middles of an even one", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("gain intervals", () => {
  it("contain their point, paired and unpaired", () => {
    fc.assert(
      fc.property(latencies, latencies, seed, (first, second, chosen) => {
        const size = Math.min(first.length, second.length);
        for (const { gain } of [
          comparePairs(first.slice(0, size), second.slice(0, size), {
            seed: chosen,
            resamples: 100,
          }),
          compareSamples(first, second, { seed: chosen }),
        ]) {
          expect(gain.low).toBeLessThanOrEqual(gain.value);
          expect(gain.high).toBeGreaterThanOrEqual(gain.value);
        }
      }),
      { numRuns: 50 },
    );
  });
  it("include zero when both sides are the same samples", () => {
    fc.assert(
      fc.property(latencies, seed, (values, chosen) => {
        expect(excludesZero(comparePairs(values, values, { seed: chosen }).gain)).toBe(false);
        expect(excludesZero(compareSamples(values, values, { seed: chosen }).gain)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
  it("find a scaled sample exactly when pairs scale, whatever the parameters cost", () => {
    const factor = fc.double({ min: 0.05, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(latencies, factor, seed, (values, scale, chosen) => {
        const scaled = values.map((value) => value * scale);
        const { gain } = comparePairs(values, scaled, { seed: chosen, resamples: 200 });
        expect(gain.value).toBeCloseTo(1 - scale, 6);
        expect(gain.low).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });
  it("find a halved latency under 20 % noise, unpaired", () => {
    const { gain } = compareSamples(noisy(60, 10, 0.2, 1), noisy(60, 5, 0.2, 2), { seed: 3 });
    expect(gain.low).toBeGreaterThan(0.35);
    expect(gain.high).toBeLessThan(0.65);
  });
  it("repeat exactly for the same seed", () => {
    fc.assert(
      fc.property(latencies, latencies, seed, (first, second, chosen) => {
        expect(compareSamples(first, second, { seed: chosen })).toEqual(
          compareSamples(first, second, { seed: chosen }),
        );
      }),
      { numRuns: 20 },
    );
  });
  /** Share of experiments without a true gain whose interval holds zero. */
  function coverage(level: number): number {
    const experiments = 1000;
    let covered = 0;
    for (let experiment = 0; experiment < experiments; experiment++) {
      const before = noisy(25, 10, 0.3, experiment * 2 + 1);
      const after = noisy(25, 10, 0.3, experiment * 2 + 2);
      const { gain } = comparePairs(before, after, { seed: experiment, level, resamples: 400 });
      if (!excludesZero(gain)) covered++;
    }
    return covered / experiments;
  }
  it("cover the truth in 91% to 97% of experiments, which other levels do not", () => {
    // A percentile bootstrap of 25 pairs is a little narrow: 93%.
    expect(coverage(0.95)).toBeGreaterThanOrEqual(0.91);
    expect(coverage(0.95)).toBeLessThanOrEqual(0.97);
    expect(coverage(0.85)).toBeLessThan(0.91);
    expect(coverage(0.99)).toBeGreaterThan(0.97);
  });
  it("refuse pairs of different length and empty samples", () => {
    expect(() => comparePairs([1], [], { seed: 1 })).toThrow(RangeError);
    expect(() => compareSamples([], [1], { seed: 1 })).toThrow(RangeError);
  });
});

describe("weightedGain", () => {
  it("weighs a query by calls × latency and counts untouched queries as unchanged", () => {
    const before = noisy(20, 100, 0.05, 1);
    const halved = before.map((value) => value / 2);
    const result = weightedGain(
      [
        { calls: 10, baselineMs: 100, before, after: halved },
        { calls: 1000, baselineMs: 1, before: [], after: [] },
      ],
      { seed: 5 },
    );
    expect(result.baselineMs).toBe(2000);
    expect(result.gain.value).toBeCloseTo(0.25, 9);
    expect(result.candidateMs).toBeCloseTo(1500, 6);
  });
  it("allows for what another run of the same would differ by, in all queries at once", () => {
    const before = Array(20).fill(10);
    const one = { calls: 1, baselineMs: 10, before, after: before.map(() => 5) };
    const { gain } = weightedGain([one, one], { seed: 5, betweenRunSd: 0.02 });
    expect(gain.value).toBeCloseTo(0.5, 9);
    // 95 % of a normal distribution: 1.96 standard deviations on either side.
    expect(gain.low).toBeCloseTo(1 - 0.5 * Math.exp(1.96 * 0.02), 2);
    expect(gain.high).toBeCloseTo(1 - 0.5 * Math.exp(-1.96 * 0.02), 2);
    expect(weightedGain([one], { seed: 5 }).gain.low).toBeCloseTo(0.5, 9);
  });
  it("allows for what a query's share of the time differs by in another run", () => {
    const before = Array(20).fill(10);
    const halved = { calls: 1, baselineMs: 10, before, after: before.map(() => 5) };
    const untouched = { calls: 1, baselineMs: 90, before: [], after: [] };
    const { gain } = weightedGain([halved, untouched], { seed: 5, shareSd: 0.1 });
    expect(gain.value).toBeCloseTo(0.05, 9);
    // A share of 10 % is 8.4 or 11.9 % then.
    const at = (z: number) => (5 * Math.exp(z * 0.1)) / (10 * Math.exp(z * 0.1) + 90);
    expect(gain.low).toBeCloseTo(at(-1.96), 2);
    expect(gain.high).toBeCloseTo(at(1.96), 2);
    // Where nothing else takes time, the share is all of it.
    expect(weightedGain([halved], { seed: 5, shareSd: 0.1 }).gain.low).toBeCloseTo(0.5, 9);
  });
  it("never leaves the range of its queries' gains", () => {
    fc.assert(
      fc.property(latencies, latencies, seed, (first, second, chosen) => {
        const size = Math.min(first.length, second.length);
        const pair = { before: first.slice(0, size), after: second.slice(0, size) };
        const { gain } = weightedGain([{ calls: 3, baselineMs: 7, ...pair }], { seed: chosen });
        expect(gain.value).toBeCloseTo(
          comparePairs(pair.before, pair.after, { seed: chosen }).gain.value,
          9,
        );
        expect(gain.value).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20 },
    );
  });
});

describe("hasEnoughPairs", () => {
  it("wants the minimum even when the effect is plain", () => {
    expect(hasEnoughPairs([10, 10, 10, 10], [1, 1, 1, 1], rule)).toBe(false);
    expect(hasEnoughPairs([10, 10, 10, 10, 10], [1, 1, 1, 1, 1], rule)).toBe(true);
  });
  it("stops when nothing that matters is left in the interval", () => {
    const same = noisy(8, 10, 0.001, 4);
    expect(hasEnoughPairs(same, noisy(8, 10, 0.001, 9), rule)).toBe(true);
  });
  it("goes on while the interval spans no gain and a gain, up to the maximum", () => {
    const before = noisy(10, 10, 0.5, 1);
    const after = noisy(10, 9, 0.5, 2);
    expect(hasEnoughPairs(before, after, rule)).toBe(false);
    expect(hasEnoughPairs(noisy(40, 10, 0.5, 1), noisy(40, 9, 0.5, 2), rule)).toBe(true);
  });
  it("believes a loss only after many pairs", () => {
    expect(hasEnoughPairs(Array(6).fill(10), Array(6).fill(20), rule)).toBe(false);
    expect(hasEnoughPairs(Array(15).fill(10), Array(15).fill(20), rule)).toBe(true);
  });
});

describe("the gain at full size", () => {
  const at = (before: number, after: number) => ({
    before: Array.from({ length: 7 }, () => before),
    after: Array.from({ length: 7 }, () => after),
  });
  it("follows the line through half the sample and all of it", () => {
    // Without the change 2 ms + 8 ms a sample, with it always 2 ms: at four samples 34 → 2 ms.
    const query = { calls: 10, scale: 4, halves: [at(6, 2), at(6, 2)] as const, full: at(10, 2) };
    const gain = extrapolateGain([query], 0, { seed: 1 });
    expect(gain.value).toBeCloseTo(1 - 2 / 34);
    expect(gain.low).toBeCloseTo(gain.value);
  });
  it("is the measured one where nothing was sampled, less the share that is unchanged", () => {
    const query = { calls: 1, scale: 1, halves: [] as [], full: at(10, 5) };
    expect(extrapolateGain([query], 0, { seed: 1 }).value).toBeCloseTo(0.5);
    expect(extrapolateGain([query], 10, { seed: 1 }).value).toBeCloseTo(0.25);
  });
  it("lies between what either half alone says, and its interval spans both", () => {
    const query = { calls: 1, scale: 4, halves: [at(6, 2), at(5, 2)] as const, full: at(10, 2) };
    const gain = extrapolateGain([query], 0, { seed: 1 });
    expect(gain.value).toBeCloseTo(1 - 2 / 37);
    expect(gain.low).toBeCloseTo(1 - 2 / 34);
    expect(gain.high).toBeCloseTo(1 - 2 / 40);
  });
  it("never lets a query grow faster than its rows, or shrink", () => {
    const noise = { calls: 1, scale: 3, halves: [at(1, 12), at(1, 12)] as const, full: at(10, 10) };
    expect(extrapolateGain([noise], 0, { seed: 1 }).value).toBeCloseTo(1 - 10 / 30);
  });
});
