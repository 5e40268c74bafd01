import type { InsertCost } from "@/server/contracts";
import { excludesZero } from "@/server/statistics";
import type { ProofWeights } from "../types";
import type { WeighedInserts } from "./measure-inserts";

/**
 * What a gain of the queries is worth once inserts and storage are paid for, as a share of the
 * workload's time, reads and inserts together:
 *
 *   (1 − Σws) × gain − write weight × Σ ws × (ratio − 1) − storage weight × overhead
 *
 * ws: share of the time that inserts into a changed table take in the live workload; ratio: time of
 * an insert with the changes to without them, 1 where its interval does not tell; overhead: storage added, 1 = doubled.
 */
export function netGain(
  gain: number,
  overhead: number,
  inserts: WeighedInserts[],
  weights: ProofWeights,
): number {
  const slower = inserts.reduce((sum, one) => sum + one.timeShare * sureChange(one.cost), 0);
  return readShare(inserts) * gain - weights.write * slower - weights.storage * overhead;
}

/** Share of the workload's time (0..1) that is not taken by inserts: 1 − Σws. */
export function readShare(inserts: readonly WeighedInserts[]): number {
  const inserting = inserts.reduce((sum, one) => sum + one.timeShare, 0);
  return 1 - Math.min(1, inserting);
}

/** Ratio − 1; nothing where the interval includes it. */
function sureChange({ ratio, gain }: InsertCost): number {
  return gain !== undefined && !excludesZero(gain) ? 0 : ratio - 1;
}
