import { MARGINAL_SHARE } from "../judge";
import { layerOf } from "./sets";
import { type ChosenSet, type Fallback, type SearchState, setKey } from "./state";

/**
 * What may be suggested as things stand: the chosen changes where they were measured together (or are
 * one), else the best set that was.
 *
 * A set whose interval spans zero gives way to a measured one that surely gains, and any set to one
 * whose interval lies wholly above its own; but texts that people have to change never take the place
 * of what the sidecar can do.
 */
export function suggestedSet(state: SearchState): ChosenSet {
  const { chosen } = state;
  const isConfirmed = chosen.members.length === 0 || chosen.direct !== null;
  const set = isConfirmed ? chosen : bestFallback(usableFallbacks(state));
  if (set === null || set.members.length === 0) {
    return bestFallback(usableFallbacks(state)) ?? { ...chosen, members: [] };
  }
  return betterThan(state, set) ?? set;
}

/**
 * A measured set that surely gains where this one may not, or surely gains more, by as much as is
 * required of any exchange; null without one.
 */
export function betterThan(state: SearchState, set: ChosenSet): Fallback | null {
  const key = setKey(set.members);
  const required = state.problem.gainMin * MARGINAL_SHARE;
  const others = usableFallbacks(state).filter((one) => {
    if (setKey(one.members) === key || one.gain.low <= 0) return false;
    const isSurelyBetter = 1 - (1 - one.gain.low) / (1 - set.gain.high) >= required;
    if (set.gain.low > 0 && !isSurelyBetter) return false;
    return hasExecutable(one) || !hasExecutable(set);
  });
  return bestFallback(others);
}

/** What was found harmful beside others may be so by itself: one measurement did not see it. */
const usableFallbacks = ({ fallbacks, harmful }: SearchState): Fallback[] =>
  [...fallbacks.values()].filter(({ members }) => !members.some(({ id }) => harmful.has(id)));

const hasExecutable = ({ members }: ChosenSet): boolean =>
  members.some((one) => layerOf(one) === "executable");

/** By what each surely gains after its costs; executable ones before mere advice. */
function bestFallback(fallbacks: readonly Fallback[]): Fallback | null {
  const executable = fallbacks.filter(hasExecutable);
  const worth = ({ gain, netGain }: Fallback) => netGain - (gain.value - gain.low);
  const pool = executable.length > 0 ? executable : fallbacks;
  return pool.reduce<Fallback | null>(
    (best, one) => (best === null || worth(one) > worth(best) ? one : best),
    null,
  );
}
