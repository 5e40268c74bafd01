import type { Interval } from "@/server/contracts";
import { type BootstrapOptions, bootstrapInterval } from "./bootstrap";
import { median, quantileOfSorted } from "./quantile";

/** Pairs of one query at one size, ms; equal length. */
interface SizedPairs {
  before: readonly number[];
  after: readonly number[];
}

export interface ScaledQuery {
  calls: number;
  /** Rows of the whole table ÷ rows of the sample; 1 for a query of tables held whole. */
  scale: number;
  /** On each half of the sample; empty where the query's tables are whole. */
  halves: readonly [SizedPairs, SizedPairs] | readonly [];
  full: SizedPairs;
}

/**
 * Gain of the workload at the tables' full size. Model: the time of a query on either side is linear
 * in the rows of the sampled tables, t = a + b·n with a, b ≥ 0, drawn through its medians at half
 * the sample (the mean of both halves) and at all of it. True of scans and of look-ups; sorts grow a
 * little faster, and what no longer fits into memory much faster.
 *
 * `unchangedMs` is time (calls × ms, at full size) of queries that the change does not touch. The
 * interval carries the noise of time, by resampling whole pairs at both sizes, and the error of
 * sampling, by drawing the line of each resample through one of the halves alone: two samples that
 * share no row (McCarthy 1969, Pseudo-replication: half samples). A half varies more than the whole
 * sample, so the interval is rather too wide.
 */
export function extrapolateGain(
  queries: readonly ScaledQuery[],
  unchangedMs: number,
  options: BootstrapOptions,
): Interval {
  const gainOf = (
    pick: (pairs: SizedPairs) => Sides,
    pickHalf: (halves: readonly [SizedPairs, SizedPairs]) => Sides,
  ): number => {
    let [before, after] = [unchangedMs, unchangedMs];
    for (const { calls, scale, halves, full } of queries) {
      const [small, large] = [halves.length === 0 ? null : pickHalf(halves), pick(full)];
      before += calls * atFullSize(small?.before, large.before, scale);
      after += calls * atFullSize(small?.after, large.after, scale);
    }
    return before > 0 ? 1 - after / before : 0;
  };
  const point = gainOf(medians, ([first, second]) => meanOf(medians(first), medians(second)));
  return bootstrapInterval(
    point,
    (random) => {
      const drawn = random() < 0.5 ? 0 : 1;
      return gainOf(
        (pairs) => resample(pairs, random),
        (halves) => resample(halves[drawn], random),
      );
    },
    options,
  );
}

/** Times of one query without and with the change, ms. */
interface Sides {
  before: number;
  after: number;
}

const medians = ({ before, after }: SizedPairs): Sides => ({
  before: median(before),
  after: median(after),
});

const meanOf = (one: Sides, other: Sides): Sides => ({
  before: (one.before + other.before) / 2,
  after: (one.after + other.after) / 2,
});

/** t(N) = t(n) + b·(N − n), b = (t(n) − t(n/2)) ÷ (n/2), kept between 0 and proportional growth. */
function atFullSize(halfMs: number | undefined, fullMs: number, scale: number): number {
  if (halfMs === undefined || scale <= 1) return fullMs;
  const growth = Math.min(fullMs, Math.max(0, 2 * (fullMs - halfMs)));
  return fullMs + growth * (scale - 1);
}

function resample({ before, after }: SizedPairs, random: () => number): Sides {
  const drawn = { before: new Float64Array(before.length), after: new Float64Array(before.length) };
  for (let at = 0; at < before.length; at++) {
    const pick = Math.floor(random() * before.length);
    drawn.before[at] = before[pick] ?? Number.NaN;
    drawn.after[at] = after[pick] ?? Number.NaN;
  }
  return {
    before: quantileOfSorted(drawn.before.sort(), 0.5),
    after: quantileOfSorted(drawn.after.sort(), 0.5),
  };
}
