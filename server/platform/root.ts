import type { Actor } from "@/server/contracts";
import { type Bus, createPostgresBus } from "./bus";
import { closeDatabase, type Database, openDatabase } from "./db";
import { env, type Settings } from "./env";
import { newId } from "./ids";
import { createLogger, type Logger } from "./log";
import { Places } from "./places";

interface Clock {
  now(): Date;
}

/** What a process makes once, where it starts, and hands to everything it runs. */
export interface Root {
  db: Database;
  bus: Bus;
  log: Logger;
  settings: Settings;
  clock: Clock;
  places: Places;
}

/** What every verb is handed beside its input: the process it runs in, and who asks. */
export interface ServiceContext extends Root {
  actor: Actor;
  requestId: string;
}

/** The context of one request of the given actor; its log lines carry the request id. */
export function contextFor(root: Root, actor: Actor, requestId = newId("req")): ServiceContext {
  const { db, bus, settings, clock, places } = root;
  const log = root.log.child({ requestId });
  return { db, bus, settings, clock, places, actor, requestId, log };
}

/** The context of work nobody asked for by name: observing, proving, verifying, expiring. */
export function systemContext(root: Root, label: string): ServiceContext {
  return contextFor(root, { kind: "system", id: label, label, roles: ["admin"] });
}

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
  const log = createLogger(role, settings);
  return { db, bus, log, settings, clock: SYSTEM_CLOCK, places: new Places() };
}

export async function closeRoot(root: Root): Promise<void> {
  await closeDatabase(root.db);
}

// Next.js loads this module once per route bundle; the pool must be one per process.
const shared = globalThis as typeof globalThis & {
  sidecarRoot?: Root;
  sidecarSlots?: Record<string, { value?: unknown }>;
};

/**
 * A place for what a process has once, however often Next.js loads the module that makes it. A name
 * belongs to one module, which alone says of which type its value is.
 */
export function processSlot<Value>(name: string): { value?: Value } {
  const slots = shared.sidecarSlots ?? {};
  shared.sidecarSlots = slots;
  const slot = slots[name] ?? {};
  slots[name] = slot;
  return slot as { value?: Value };
}

/** Makes this root the one that Next.js's bundles find. */
export function shareRoot(root: Root): void {
  shared.sidecarRoot = root;
}

/** The root of the web process; made at the first request where its main did not (`next dev`). */
export function webRoot(): Root {
  shared.sidecarRoot ??= createRoot("web");
  return shared.sidecarRoot;
}
