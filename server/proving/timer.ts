/** ms since it was started, pauses left out. */
export interface PausableTimer {
  elapsedMs(): number;
  pause(): void;
  resume(): void;
}

export function startTimer(): PausableTimer {
  const start = performance.now();
  let pausedMs = 0;
  let pausedSince: number | null = null;
  const inPause = () => (pausedSince === null ? 0 : performance.now() - pausedSince);
  return {
    elapsedMs: () => performance.now() - start - pausedMs - inPause(),
    pause: () => {
      pausedSince ??= performance.now();
    },
    resume: () => {
      pausedMs += inPause();
      pausedSince = null;
    },
  };
}
