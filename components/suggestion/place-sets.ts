import type { SetTrial } from "@/server/contracts";

interface PlacedSet {
  /** Cost and gain in percent. */
  cost: number;
  gain: number;
  /** How far the interval reaches below and above the gain. */
  reach: [number, number];
}

export interface PlacedSets {
  costName: string;
  chosen: PlacedSet[];
  pareto: PlacedSet[];
  others: PlacedSet[];
}

/** Below this much more storage between sets, storage tells them apart no better than noise. */
const STORAGE_SPREAD_MIN = 0.005;

/** Sets as points, gain over cost: storage where sets differ in it, else inserts where measured. */
export function placeSets(sets: SetTrial[]): PlacedSets {
  const overheads = sets.map((set) => set.storage_overhead);
  const spread = Math.max(...overheads) - Math.min(...overheads);
  const hasInserts = sets.every((set) => set.insert_ratio !== null);
  const isByInserts = spread < STORAGE_SPREAD_MIN && hasInserts;
  const place = (set: SetTrial): PlacedSet => ({
    cost: 100 * (isByInserts ? (set.insert_ratio ?? 1) - 1 : set.storage_overhead),
    gain: 100 * set.gain.value,
    reach: [100 * (set.gain.value - set.gain.low), 100 * (set.gain.high - set.gain.value)],
  });
  return {
    costName: isByInserts ? "added time of inserts" : "added storage",
    chosen: sets.filter((set) => set.is_chosen).map(place),
    pareto: sets.filter((set) => set.is_pareto && !set.is_chosen).map(place),
    others: sets.filter((set) => !set.is_pareto && !set.is_chosen).map(place),
  };
}
