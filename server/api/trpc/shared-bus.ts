import { type Bus, createPostgresBus, database } from "@/server/platform";
import { createEventHub, type EventHub } from "./event-hub";

// One per process, however many route bundles load this module.
const shared = globalThis as typeof globalThis & { sidecarBus?: Bus; sidecarEventHub?: EventHub };

/** This process's bus on its database pool. */
export function sharedBus(): Bus {
  shared.sidecarBus ??= createPostgresBus(database().$client);
  return shared.sidecarBus;
}

/** This process's one bus subscription, shared by every open page. */
export function sharedEventHub(): EventHub {
  shared.sidecarEventHub ??= createEventHub(sharedBus());
  return shared.sidecarEventHub;
}
