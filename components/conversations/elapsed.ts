const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Time since the first step, as short as it can be told: `+0.4 s`, `+12 s`, `+3 min`, `+2 h`. */
export function formatElapsed(ms: number): string {
  // Clocks of two machines differ: what follows is never told as having come before.
  const since = Math.max(0, ms);
  if (since < 10 * SECOND) return `+${(since / SECOND).toFixed(1)} s`;
  if (since < 2 * MINUTE) return `+${Math.round(since / SECOND)} s`;
  if (since < 2 * HOUR) return `+${Math.round(since / MINUTE)} min`;
  return `+${Math.round(since / HOUR)} h`;
}
