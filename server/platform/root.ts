import { createPostgresBus } from "./bus";
import type { Clock, Root } from "./context";
import { closeDatabase, type Database, openDatabase } from "./db";
import { env, type Settings } from "./env";
import { createLogger } from "./log";

const SYSTEM_CLOCK: Clock = { now: () => new Date() };

/**
 * The composition root of a process: its pool, bus, log, settings and clock, made once where it
 * starts. `role` names its log lines. Close it with closeRoot.
 */
export function createRoot(
  role: string,
  options: { settings?: Settings; db?: Database; poolMax?: number } = {},
): Root {
  const settings = options.settings ?? env();
  const { DATABASE_URL, DATABASE_POOL_MAX } = settings;
  const db = options.db ?? openDatabase(DATABASE_URL, options.poolMax ?? DATABASE_POOL_MAX);
  const bus = createPostgresBus(db.$client);
  return { db, bus, log: createLogger(role, settings), settings, clock: SYSTEM_CLOCK };
}

export async function closeRoot(root: Root): Promise<void> {
  await closeDatabase(root.db);
}

// Next.js loads this module once per route bundle; the pool must be one per process.
const shared = globalThis as typeof globalThis & { sidecarRoot?: Root };

/** Makes this root the one that Next.js's bundles find. */
export function shareRoot(root: Root): void {
  shared.sidecarRoot = root;
}

/** The root of the web process; made at the first request where its main did not (`next dev`). */
export function webRoot(): Root {
  shared.sidecarRoot ??= createRoot("web");
  return shared.sidecarRoot;
}
