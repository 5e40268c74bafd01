/**
 * The row that a key acts on: the one that keys or the focus moved to last. null where the list does not hold it: a
 * row that has left it is not acted on.
 */
export function findCurrent(ids: readonly string[], rememberedId: string | null): string | null {
  return ids.find((id) => id === rememberedId) ?? null;
}

/** Where a step from the current row leads: no further than either end, and to the first from none. */
export function findNext(
  ids: readonly string[],
  currentId: string | null,
  step: number,
): string | null {
  const index = currentId === null ? -1 : ids.indexOf(currentId);
  const next = index === -1 ? 0 : Math.min(ids.length - 1, Math.max(0, index + step));
  return ids[next] ?? null;
}

/**
 * Where the review goes on once some rows are decided and leave the list: the current row where it stays, else
 * the next one below it that does, else the last above.
 */
export function findAfterDecision(
  ids: readonly string[],
  currentId: string | null,
  decidedIds: readonly string[],
): string | null {
  const isLeft = (id: string) => !decidedIds.includes(id);
  const from = ids.indexOf(currentId ?? decidedIds.at(-1) ?? "");
  const below = ids.slice(Math.max(0, from)).find(isLeft);
  return below ?? ids.slice(0, Math.max(0, from)).findLast(isLeft) ?? null;
}

/**
 * The suggestion to review after the open one: the next in the queue, or its first where the open one is the
 * last. `rememberedId`: what came next before the open one left the queue.
 */
export function findFollowing(
  ids: readonly string[],
  openId: string,
  rememberedId: string | null,
): string | null {
  const index = ids.indexOf(openId);
  if (index === -1) return ids.find((id) => id === rememberedId) ?? ids[0] ?? null;
  return ids[index + 1] ?? ids.find((id) => id !== openId) ?? null;
}
