import { webRoot } from "@/server/platform";
import { createEventHub, type EventHub } from "./event-hub";

// One per process, however many route bundles load this module.
const shared = globalThis as typeof globalThis & { sidecarEventHub?: EventHub };

/** This process's one bus subscription, shared by every open page. */
export function sharedEventHub(): EventHub {
  shared.sidecarEventHub ??= createEventHub(webRoot().bus);
  return shared.sidecarEventHub;
}
