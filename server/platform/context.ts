import type { Actor } from "@/server/contracts";
import type { Bus } from "./bus";
import type { Database } from "./db";
import type { Settings } from "./env";
import { newId } from "./ids";
import type { Logger } from "./log";

export interface Clock {
  now(): Date;
}

/** What a process makes once, where it starts, and hands to everything it runs. */
export interface Root {
  db: Database;
  bus: Bus;
  log: Logger;
  settings: Settings;
  clock: Clock;
}

/** What every verb is handed beside its input: the process it runs in, and who asks. */
export interface ServiceContext extends Root {
  actor: Actor;
  requestId: string;
}

/** The context of one request of the given actor; its log lines carry the request id. */
export function contextFor(root: Root, actor: Actor, requestId = newId("req")): ServiceContext {
  const { db, bus, settings, clock } = root;
  return { db, bus, settings, clock, actor, requestId, log: root.log.child({ requestId }) };
}

/** The context of work nobody asked for by name: observing, proving, verifying, expiring. */
export function systemContext(root: Root, label: string): ServiceContext {
  return contextFor(root, { kind: "system", id: label, label, roles: ["admin"] });
}
