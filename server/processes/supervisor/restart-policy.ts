const WINDOW_MS = 60_000;
const CRASHES_MAX = 5;
const DELAY_MS_MAX = 15_000;

/**
 * What to do after a crash at `nowMs`, given when this child crashed before: how long to wait
 * (1, 2, 4 … s by the crashes of the last minute), or give up at the fifth within a minute.
 */
export function afterCrash(
  earlierMs: readonly number[],
  nowMs: number,
): { action: "restart"; delayMs: number } | { action: "give-up"; crashes: number } {
  const recent = earlierMs.filter((at) => nowMs - at < WINDOW_MS).length + 1;
  if (recent >= CRASHES_MAX) return { action: "give-up", crashes: recent };
  return { action: "restart", delayMs: Math.min(DELAY_MS_MAX, 1000 * 2 ** (recent - 1)) };
}
