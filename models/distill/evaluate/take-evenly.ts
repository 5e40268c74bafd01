/** At most `count` items of a list, evenly spread over it; all of them when there are fewer. */
export function takeEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  const picked = Array.from({ length: count }, (_, i) => Math.floor((i * items.length) / count));
  return picked.flatMap((index) => items.slice(index, index + 1));
}
