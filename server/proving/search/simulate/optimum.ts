import { areExclusive, kindOf } from "@/server/advisor";
import type { Candidate } from "@/server/contracts";
import { trueNetGain } from "./measure";
import { slowedQueries, trueGain, type World } from "./world";

/** What a set is worth, exactly; 0 for none. */
export function worthOf(world: World, set: readonly Candidate[]): number {
  if (set.length === 0) return 0;
  return trueNetGain(world, set, trueGain(world, idsOf(set)));
}

// Both are what a measurement surely tells from the search's thresholds (5 % each, give or take 2):
// what lies on a threshold, noise decides.
/** Share of a query's time that no set may cost it. */
const SLOWED = 0.03;
/** What each change of a set must gain beside the others. */
const MARGINAL = 0.07;

/**
 * The best set that adds some of `pool` to `base`, found by trying all: it slows no query, and each of
 * its changes gains beside the others what is required of a step.
 */
function bestSet(
  world: World,
  pool: readonly Candidate[],
  base: readonly Candidate[] = [],
): { set: Candidate[]; worth: number } {
  let best = { set: [...base], worth: worthOf(world, base) };
  const free = pool.filter((one) => !base.some((other) => excludes(one, other)));
  // Bits of those that each excludes: most sets are ruled out by these alone.
  const excluded = free.map((one) =>
    free.reduce((bits, other, index) => (excludes(one, other) ? bits | (1 << index) : bits), 0),
  );
  for (let mask = 1; mask < 1 << free.length; mask++) {
    if (excluded.some((bits, index) => mask & (1 << index) && mask & bits)) continue;
    const set = [...base, ...free.filter((_, index) => mask & (1 << index))];
    const worth = worthOf(world, set);
    if (worth <= best.worth) continue;
    const ids = idsOf(set);
    if (slowedQueries(world, ids, SLOWED).length > 0) continue;
    if (set.every((one) => pays(world, ids, one))) best = { set, worth };
  }
  return best;
}

const excludes = (a: Candidate, b: Candidate): boolean =>
  a !== b && areExclusive(a.change, b.change);

function pays(world: World, ids: readonly string[], { candidate_id }: Candidate): boolean {
  const without = trueGain(
    world,
    ids.filter((id) => id !== candidate_id),
  );
  return (trueGain(world, ids) - without) / (1 - without) >= MARGINAL;
}

const idsOf = (set: readonly Candidate[]): string[] => set.map((one) => one.candidate_id);

export const isAdvice = ({ change }: Candidate): boolean => kindOf(change).setRank === 1;

/**
 * How near a chosen set comes to the best there is, 1 = as good: its executable changes to the best
 * executable set, and all of it to the best that texts can add to those. null where nothing gains
 * what is required.
 */
export function qualityOf(
  world: World,
  chosen: readonly Candidate[],
  gainMin: number,
): number | null {
  const executable = chosen.filter((one) => !isAdvice(one));
  const core = bestSet(
    world,
    world.candidates.filter((one) => !isAdvice(one)),
  );
  const all = bestSet(world, world.candidates.filter(isAdvice), executable);
  const shares = [
    { worth: worthOf(world, executable), best: core.worth },
    { worth: worthOf(world, chosen), best: all.worth },
  ].filter(({ best }) => best >= gainMin);
  return shares.length === 0 ? null : Math.min(...shares.map(({ worth, best }) => worth / best));
}
