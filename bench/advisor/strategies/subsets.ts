/**
 * Every subset of at least two items that `isAllowed` accepts, by their positions. A set is only
 * grown from an allowed one: adding to a conflict never resolves it.
 */
export function enumerateSubsets(
  count: number,
  isAllowed: (members: readonly number[]) => boolean,
): number[][] {
  const found: number[][] = [];
  const grow = (members: number[]): void => {
    for (let next = (members.at(-1) ?? -1) + 1; next < count; next++) {
      const grown = [...members, next];
      if (!isAllowed(grown)) continue;
      if (grown.length > 1) found.push(grown);
      grow(grown);
    }
  };
  grow([]);
  return found;
}

const CANDIDATES_MAX = 8;

/** How many of the candidates (best first) can be searched exhaustively: all their sets in the time. */
export function capFor(
  count: number,
  setsMax: number,
  isAllowed: (members: readonly number[]) => boolean,
): number {
  for (let cap = Math.min(CANDIDATES_MAX, count); cap > 1; cap--) {
    if (enumerateSubsets(cap, isAllowed).length <= setsMax) return cap;
  }
  return Math.min(1, count);
}
