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

/** How many candidates can be searched exhaustively (2ⁿ sets at `setMs` each) in `leftMs`. */
export function capFor(setMs: number, leftMs: number): number {
  let cap = 1;
  while (cap < CANDIDATES_MAX && 2 ** (cap + 1) * setMs <= leftMs) cap++;
  return cap;
}
