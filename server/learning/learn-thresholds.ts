import type { ChangeKind, LearnedOutcome } from "@/server/contracts";

/** A finished execution of changes on a product. */
export interface Outcome extends LearnedOutcome {
  productId: string;
  /** Of all its changes: which of several was at fault is not known, so it counts for each. */
  kinds: readonly ChangeKind[];
}

/** What executions of one kind of change on one product have taught. */
export interface Learned {
  productId: string;
  kind: ChangeKind;
  /** The usual required gain is multiplied by it; 1: nothing was learned. */
  factor: number;
  /** What it rests on, oldest first. */
  outcomes: LearnedOutcome[];
}

/** One bad outcome may be chance. */
const BAD_MIN = 2;
/** At most this many bad ones count: the required gain is never more than doubled. */
const BAD_MAX = 4;
/** What each adds to the required gain, as a share of the usual one. */
const STEP = 0.25;

export const keyOf = (productId: string, kind: ChangeKind): string =>
  JSON.stringify([productId, kind]);

/**
 * The required gain of each kind of change on each product, by how executions turned out. In the order of time
 * each bad outcome (a regression or a rollback) counts one up, to four at most, and each confirmed one down again, to
 * zero. From two on, each that remains asks for a quarter more of the usual gain: two make 15% of 10%, four 20%.
 * It never falls below the usual one. What ended before `undone` says so no longer counts.
 */
export function learnThresholds(
  outcomes: readonly Outcome[],
  undone: ReadonlyMap<string, Date>,
): Learned[] {
  const inTime = [...outcomes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const groups = new Map<string, Learned & { bad: number }>();
  for (const { productId, kinds, ...outcome } of inTime) {
    for (const kind of new Set(kinds)) {
      const key = keyOf(productId, kind);
      const since = undone.get(key);
      if (since !== undefined && Date.parse(outcome.at) <= since.getTime()) continue;
      const group = groups.get(key) ?? { productId, kind, factor: 1, bad: 0, outcomes: [] };
      group.bad = Math.min(BAD_MAX, Math.max(0, group.bad + (outcome.is_bad ? 1 : -1)));
      group.factor = group.bad < BAD_MIN ? 1 : 1 + STEP * group.bad;
      group.outcomes.push(outcome);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ bad: _, ...learned }) => learned);
}
