import { rm } from "node:fs/promises";
import type { Change } from "@/server/contracts";
import type { Copy } from "../measure/copy";
import { workloadGain } from "../measure/gains";
import { measureRounds } from "../measure/measure-rounds";
import { areCompatible, keyOf } from "./compatible";
import { capFor, enumerateSubsets } from "./subsets";
import { copyOf, fileOf, type Trial, type TrialInput, Trials } from "./trials";

export interface SearchInput extends TrialInput {
  /** Changes of the schema alone. */
  candidates: Change[];
  /** Takes part in the run-off: the best known set is never worse than this. */
  ours: Change[];
  secondsMax: number;
}

export interface SearchResult {
  changes: Change[];
  candidates: number;
  /** All conflict-free subsets of ours and of those that did most alone, so many in all, were measured. */
  searched: number;
  sets_measured: number;
  seconds: number;
}

const RUN_OFF = { roundsMin: 9, roundsMax: 31 };
/** Part of the search's time that the run-off measures for. */
const RUN_OFF_SHARE = 0.2;
/** A gain below this is as good as none: then the set without changes is the best. */
const GAIN_MIN = 0.02;
const FINALISTS = 3;

/**
 * Exhaustive search: every candidate alone, then every conflict-free subset of ours and those that
 * did most (at most 8, fewer where the time is short), each built on the full data and measured. The
 * three best and ours then meet in a run-off, so that a lucky measurement wins nothing; where none of them
 * gains, the best set is the empty one. Gains alone count here: storage and inserts are not weighed.
 */
export async function searchBest(input: SearchInput): Promise<SearchResult> {
  const start = performance.now();
  const measured = await Trials.open(input);
  try {
    const alone: Trial[] = [];
    for (const change of input.candidates) alone.push(...(await measured.measure([change])));
    alone.sort((a, b) => b.gain - a.gain);
    const spentMs = performance.now() - start;
    const setMs = spentMs / Math.max(1, alone.length);
    const setsMax = (input.secondsMax * 1000 - spentMs) / setMs;
    const best = promising(input.ours, alone);
    const pick = (members: readonly number[]) => members.flatMap((at) => best[at] ?? []);
    const isAllowed = (members: readonly number[]) => areCompatible(input.tables, pick(members));
    const kept = best.slice(0, capFor(best.length, setsMax, isAllowed));
    const subsets = enumerateSubsets(kept.length, isAllowed);
    const trials = [...alone];
    for (const members of subsets) trials.push(...(await measured.measure(pick(members))));
    trials.sort((a, b) => b.gain - a.gain);
    const finalists = trials.slice(0, FINALISTS).map((one) => one.changes);
    return {
      changes: await runOff(input, measured.baseline, [input.ours, ...finalists]),
      candidates: input.candidates.length,
      searched: kept.length,
      sets_measured: trials.length,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    await measured.close();
  }
}

/** Ours first: some do harm alone and pay beside others, which the gain alone cannot tell. */
function promising(ours: readonly Change[], alone: readonly Trial[]): Change[] {
  const keys = new Set(ours.map((change) => keyOf([change])));
  const all = alone.flatMap((one) => one.changes);
  const isOurs = (change: Change) => keys.has(keyOf([change]));
  return [...all.filter(isOurs), ...all.filter((change) => !isOurs(change))];
}

async function runOff(input: SearchInput, baseline: Copy, sets: Change[][]): Promise<Change[]> {
  const copies: Copy[] = [];
  try {
    for (const [at, changes] of sets.entries()) {
      if (changes.length > 0) copies.push(await copyOf(input, `finalist-${at}`, changes));
    }
    const samples = await measureRounds([baseline, ...copies], input.queries, {
      ...RUN_OFF,
      secondsMax: input.secondsMax * RUN_OFF_SHARE,
    });
    const ranked = copies
      .map((copy) => {
        const names = { baseline: baseline.name, candidate: copy.name };
        const { gain } = workloadGain(samples, names, input.queries);
        return { changes: copy.changes, gain: gain.value };
      })
      .sort((a, b) => b.gain - a.gain);
    const [winner] = ranked;
    return winner !== undefined && winner.gain > GAIN_MIN ? winner.changes : [];
  } finally {
    for (const copy of copies) {
      copy.close();
      await rm(fileOf(input, copy.name), { force: true });
    }
  }
}
