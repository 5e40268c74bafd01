/**
 * The row that a key acts on: the one with the focus, else the one that keys moved to last. null where the
 * list holds neither: a row that has left it is not acted on.
 */
export function findCurrent(
  ids: readonly string[],
  focusedId: string | null,
  rememberedId: string | null,
): string | null {
  return ids.find((id) => id === focusedId) ?? ids.find((id) => id === rememberedId) ?? null;
}

/** Where a step from the current row leads: no further than either end, and to the first from none. */
export function findNext(
  ids: readonly string[],
  currentId: string | null,
  step: number,
): string | null {
  const index = ids.findIndex((id) => id === currentId);
  const next = index === -1 ? 0 : Math.min(ids.length - 1, Math.max(0, index + step));
  return ids[next] ?? null;
}
