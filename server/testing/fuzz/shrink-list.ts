/**
 * Leaves out what a failure does without: halves first, then smaller and smaller parts, at last single
 * items, the last first each time.
 */
export async function shrinkList<Item>(
  items: readonly Item[],
  stillFails: (less: readonly Item[]) => Promise<boolean>,
): Promise<Item[]> {
  let kept = [...items];
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let end = kept.length; end > 0; end -= size) {
      const less = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (await stillFails(less).catch(() => false)) kept = less;
    }
  }
  return kept;
}
