import type { Actor } from "@/server/contracts";
import type { Bus } from "./bus";
import type { Database } from "./db";
import { newId } from "./ids";

/** What every service verb is handed beside its input. */
export interface ServiceContext {
  db: Database;
  bus: Bus;
  actor: Actor;
  requestId: string;
}

/** The context of work nobody asked for by name: observing, proving, verifying, expiring. */
export function systemContext(db: Database, bus: Bus, label: string): ServiceContext {
  const actor: Actor = { kind: "system", id: label, label, roles: ["admin"] };
  return { db, bus, actor, requestId: newId("req") };
}
