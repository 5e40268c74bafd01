import { insertProject, SQL, timestampText } from "../api/project-queries";
import type { Database } from "../engine/database";
import { createRandom, drawRead, type Population, pick, popular, readPopulation } from "./queries";

const SEED = 7;
const WRITE_INTERVAL_MS = 2000;
/** A workload that fell this far behind forgets what it missed rather than catching up in a burst. */
const BEHIND_MS_MAX = 1000;

export interface Workload {
  stop(): Promise<void>;
}

/**
 * Runs the product's own workload: reads one after another at jittered intervals (never two at a
 * time, so that a small machine keeps a core free) and a write about every two seconds, beside the
 * reads, because a write may wait for a table rebuild.
 */
export async function startWorkload(
  database: Database,
  queriesPerSecond: number,
  onError: (error: unknown) => void,
): Promise<Workload> {
  const stop = new AbortController();
  const population = await readPopulation(database);
  const reads = createRandom(SEED);
  const writes = createRandom(SEED + 1);
  const loops = Promise.all([
    repeat(stop.signal, 1000 / queriesPerSecond, reads, onError, async () => {
      const { sql, parameters } = drawRead(population, reads);
      await database.query(sql, parameters);
    }),
    repeat(stop.signal, WRITE_INTERVAL_MS, writes, onError, () =>
      write(database, population, writes),
    ),
  ]);
  return {
    async stop() {
      stop.abort();
      await loops;
    },
  };
}

async function write(
  database: Database,
  population: Population,
  random: () => number,
): Promise<void> {
  if (random() < 0.2) {
    const status = pick(["ACTIVE", "COMPLETED"], random);
    const { project_id } = popular(population, random);
    await database.write(SQL.setStatus, [status, timestampText(new Date()), project_id]);
    return;
  }
  await insertProject(database, {
    project_name: `${pick(["Solar", "Wind", "Grid", "Rail"], random)} Nova ${Math.floor(1e7 * random())}`,
    description: null,
    total_amount: Math.round(1e9 * random() ** 3) / 100,
    maturity_years: 5 + Math.floor(36 * random()),
    expected_tri: Math.round(1500 * random()) / 100,
    dscr: 1 + Math.round(100 * random()) / 100,
    status: "PROPOSED",
    currency_code: pick(["EUR", "EUR", "USD"], random),
  });
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
