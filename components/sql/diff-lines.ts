/** Lines of a text that the other text does not have, as 0-based numbers on each side. */
export interface LineDiff {
  removed: ReadonlySet<number>;
  added: ReadonlySet<number>;
}

/** Compares two texts line by line, by their longest common subsequence; indentation counts. */
export function diffLines(before: string, after: string): LineDiff {
  const old = before.split("\n");
  const fresh = after.split("\n");
  const lengths = commonLengths(old, fresh);
  const removed = new Set(old.keys());
  const added = new Set(fresh.keys());
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    if (old[i] === fresh[j]) {
      removed.delete(i++);
      added.delete(j++);
    } else if (lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1)) {
      i++;
    } else {
      j++;
    }
  }
  return { removed, added };
}

const lengthAt = (lengths: number[][], i: number, j: number): number => lengths[i]?.[j] ?? 0;

/** `[i][j]`: how many lines the rests from i and from j have in common. */
function commonLengths(old: string[], fresh: string[]): number[][] {
  const lengths: number[][] = [];
  for (let i = old.length - 1; i >= 0; i--) {
    const row: number[] = [];
    lengths[i] = row;
    for (let j = fresh.length - 1; j >= 0; j--) {
      row[j] =
        old[i] === fresh[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}
