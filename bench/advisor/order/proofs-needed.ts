/** Changes that together reach so much of a suggested set's gain count as having found it. */
const SHARE = 0.95;

/**
 * How many candidates have to be measured, in this order, until those measured hold 95 % of the gain
 * of the suggested set. A set's gain is shared out over its changes by what each gains alone.
 */
export function proofsNeeded(
  order: readonly string[],
  gains: ReadonlyMap<string, number>,
): number | null {
  const total = [...gains.values()].reduce((sum, gain) => sum + Math.max(0, gain), 0);
  if (total === 0) return null;
  let found = 0;
  for (const [index, id] of order.entries()) {
    found += Math.max(0, gains.get(id) ?? 0);
    if (found >= SHARE * total - 1e-9) return index + 1;
  }
  return null;
}
