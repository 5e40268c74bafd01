/** Leaves out what a failure does without, one item after the other, the last first. */
export async function shrinkList<Item>(
  items: readonly Item[],
  stillFails: (less: readonly Item[]) => Promise<boolean>,
): Promise<Item[]> {
  let kept = [...items];
  for (const item of items.toReversed()) {
    const less = kept.filter((each) => each !== item);
    if (await stillFails(less).catch(() => false)) kept = less;
  }
  return kept;
}
