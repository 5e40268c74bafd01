const BACKOFF_MS_MAX = 15_000;

/** Longer after each failure in a row, and never the same for two agents. */
const backoffMs = (failures: number, firstMs: number) =>
  Math.min(BACKOFF_MS_MAX, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2);

export interface Loop {
  /** Goes on at once, if it waits. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Runs a turn again and again until it is stopped: after the pause that it answers (ms), or when it failed
 * after a growing one. `onFailure` hears of each failure.
 */
export function startLoop(
  turn: (signal: AbortSignal) => Promise<number>,
  { firstMs, onFailure }: { firstMs: number; onFailure: (error: unknown) => Promise<void> },
): Loop {
  const stopping = new AbortController();
  let wake = () => {};
  let failures = 0;

  const pause = (ms: number, woken: Promise<void>) => {
    const timer = setTimeout(() => wake(), ms);
    return woken.finally(() => clearTimeout(timer));
  };

  async function once(): Promise<number> {
    try {
      const pauseMs = await turn(stopping.signal);
      failures = 0;
      return pauseMs;
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      await onFailure(error).catch(() => undefined);
      failures += 1;
      return backoffMs(failures, firstMs);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const pauseMs = await once();
      if (!stopping.signal.aborted) await pause(pauseMs, woken);
    }
  }

  const running = run();
  return {
    wake: () => wake(),
    async stop() {
      stopping.abort(new Error("the process is stopping"));
      wake();
      await running;
    },
  };
}
