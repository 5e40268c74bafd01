import { gainBucket } from "@/server/inference/tasks";

/** What a gain measured again differs by, about: two thirds of the time less than this. */
const NOISE = 0.03;
const STEPS = 41;

/** A measured gain as a distribution over the buckets: it may fall to either side of an edge. */
export function measuredShares(gain: number): Record<string, number> {
  const shares: Record<string, number> = {};
  let total = 0;
  for (let step = 0; step < STEPS; step++) {
    const z = (step / (STEPS - 1)) * 6 - 3;
    const weight = Math.exp((-z * z) / 2);
    const bucket = gainBucket(gain + z * NOISE);
    shares[bucket] = (shares[bucket] ?? 0) + weight;
    total += weight;
  }
  return Object.fromEntries(
    Object.entries(shares).map(([bucket, share]) => [bucket, share / total]),
  );
}
