import type { DomainWorkload } from "../domain";
import type { Database } from "../engine/database";
import { createRandom } from "./draw";

const SEED = 7;
const WRITE_INTERVAL_MS = 2000;
/** A workload that fell this far behind forgets what it missed rather than catching up in a burst. */
const BEHIND_MS_MAX = 1000;

export interface RunningWorkload {
  stop(): Promise<void>;
}

/**
 * Runs the product's own workload: reads one after another at jittered intervals (never two at a
 * time, so that a small machine keeps a core free) and a write about every two seconds, beside the
 * reads, because a write may wait for a table rebuild.
 */
export function startWorkload(
  database: Database,
  workload: DomainWorkload,
  queriesPerSecond: number,
  onError: (error: unknown) => void,
): RunningWorkload {
  const stop = new AbortController();
  const reads = createRandom(SEED);
  const writes = createRandom(SEED + 1);
  const loops = Promise.all([
    repeat(stop.signal, 1000 / queriesPerSecond, reads, onError, async () => {
      const { sql, parameters } = workload.read(reads);
      await database.query(sql, parameters);
    }),
    repeat(stop.signal, WRITE_INTERVAL_MS, writes, onError, () => workload.write(writes)),
  ]);
  return {
    async stop() {
      stop.abort();
      await loops;
    },
  };
}

/** Runs a task at intervals of 0.5 to 1.5 times the mean until the signal; errors are reported. */
async function repeat(
  signal: AbortSignal,
  intervalMs: number,
  random: () => number,
  onError: (error: unknown) => void,
  task: () => Promise<void>,
): Promise<void> {
  let due = performance.now();
  while (!signal.aborted) {
    due = Math.max(due + intervalMs * (0.5 + random()), performance.now() - BEHIND_MS_MAX);
    await pause(due - performance.now(), signal);
    if (signal.aborted) return;
    await task().catch(onError);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener("abort", done);
  });
}
