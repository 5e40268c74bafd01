import type { Interval } from "@/server/contracts";
import { comparePairs, weightedGain } from "@/server/statistics";
import type { Samples } from "./measure-rounds";
import type { ReplayedQuery } from "./replayed-query";

/**
 * Slower beyond noise: surely (99 %) by more than this part, and by this much at the median, than
 * each of two unchanged copies. Equal files differ too, by where they lie in memory and on disk.
 */
const LOSS_MIN = 0.05;
const LOSS_MS_MIN = 0.1;

interface QueryGain {
  name: string;
  fingerprint: string;
  baseline_ms: number;
  candidate_ms: number;
  /** 99 % interval. */
  gain: Interval;
  is_slower: boolean;
  rounds: number;
}

export interface WorkloadGain {
  /** Share of the weighted workload's time saved, 95 % interval. */
  gain: Interval;
  baseline_ms: number;
  candidate_ms: number;
  /** Least gain first. */
  queries: QueryGain[];
}

/**
 * Gain of one copy against another, both measured in the same rounds. `control` names a second
 * unchanged copy, if there is one.
 */
export function workloadGain(
  samples: Samples,
  names: { baseline: string; candidate: string; control?: string },
  queries: ReplayedQuery[],
): WorkloadGain {
  const of = (name: string, fingerprint: string) => samples.get(name)?.get(fingerprint) ?? [];
  const paired = queries.map((query) => {
    const before = of(names.baseline, query.fingerprint);
    const after = of(names.candidate, query.fingerprint);
    const compared = compareSurely(before, after);
    const control = names.control === undefined ? before : of(names.control, query.fingerprint);
    const isSlower = isSurelySlower(compared) && isSurelySlower(compareSurely(control, after));
    return { query, before, after, compared, isSlower };
  });
  const weighted = weightedGain(
    paired.map(({ query, before, after, compared }) => ({
      calls: query.calls,
      baselineMs: compared.medianBefore,
      before,
      after,
    })),
    { seed: 1 },
  );
  return {
    gain: weighted.gain,
    baseline_ms: weighted.baselineMs,
    candidate_ms: weighted.candidateMs,
    queries: paired
      .map(({ query, before, compared: { medianBefore, medianAfter, gain }, isSlower }) => ({
        name: query.name,
        fingerprint: query.fingerprint,
        baseline_ms: medianBefore,
        candidate_ms: medianAfter,
        gain,
        is_slower: isSlower,
        rounds: before.length,
      }))
      .sort((a, b) => a.gain.value - b.gain.value),
  };
}

const compareSurely = (before: number[], after: number[]) =>
  comparePairs(before, after, { seed: 1, level: 0.99 });

function isSurelySlower({ medianBefore, medianAfter, gain }: ReturnType<typeof comparePairs>) {
  return gain.high < -LOSS_MIN && medianAfter - medianBefore >= LOSS_MS_MIN;
}
