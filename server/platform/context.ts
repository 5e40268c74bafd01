import type { Actor } from "@/server/contracts";
import type { Bus } from "./bus";
import type { Database } from "./db";

/** What every service verb is handed beside its input. */
export interface ServiceContext {
  db: Database;
  bus: Bus;
  actor: Actor;
  requestId: string;
}
