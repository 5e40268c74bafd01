/** Upper ends of the ten buckets of a measured gain (1 − after/before), and their middles. */
const UPPER = [-0.05, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.95] as const;
const MIDDLES = [-0.4, 0, 0.075, 0.15, 0.275, 0.425, 0.6, 0.775, 0.9, 0.97] as const;
export const BUCKETS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
/** From this bucket on a gain exceeds the product's threshold of a tenth. */
export const PAYS_FROM = 3;

/** Bucket 0..9 of a gain: 0 slower by more than 5 %, 9 more than 95 % saved. */
export function gainBucket(gain: number): number {
  const found = UPPER.findIndex((upper) => gain <= upper);
  return found === -1 ? UPPER.length : found;
}

/** Mean gain, each bucket's middle weighed by its probability. */
export function meanGain(choices: Readonly<Record<string, number>>): number {
  return BUCKETS.reduce<number>((sum, at) => sum + (choices[at] ?? 0) * (MIDDLES[at] ?? 0), 0);
}

/** Probability that the gain exceeds the product's threshold. */
export function chanceToPay(choices: Readonly<Record<string, number>>): number {
  return BUCKETS.filter((at) => at >= PAYS_FROM).reduce<number>(
    (sum, at) => sum + (choices[at] ?? 0),
    0,
  );
}
