import type { BusEvent } from "@/server/contracts";
import type { Bus } from "@/server/platform";

/** `ready` comes first: from here on no event is missed, so a reader should load anew once. */
export type LiveEvent = BusEvent | { topic: "ready" };

export interface EventHub {
  /** Events until the signal aborts. Throws what the bus throws when it cannot be reached. */
  stream(signal: AbortSignal): AsyncGenerator<LiveEvent, void, undefined>;
}

/**
 * Fans one bus subscription out to any number of readers. A reader that is slow gets every
 * id once, not once for each event, so its queue is bounded by the number of distinct ids.
 */
export function createEventHub(bus: Bus): EventHub {
  const listeners = new Set<(event: BusEvent) => void>();
  let subscription: Promise<unknown> | undefined;

  function subscribeOnce(): Promise<unknown> {
    subscription ??= bus
      .subscribe((event) => {
        for (const listener of listeners) listener(event);
      })
      .catch((error: unknown) => {
        // The next reader tries again.
        subscription = undefined;
        throw error;
      });
    return subscription;
  }

  return {
    async *stream(signal) {
      const queue = new Map<string, BusEvent>();
      let wake: () => void = () => {};
      const listener = (event: BusEvent) => {
        queue.set(`${event.topic}:${event.id}`, event);
        wake();
      };
      const onAbort = () => wake();
      listeners.add(listener);
      signal.addEventListener("abort", onAbort);
      try {
        await subscribeOnce();
        yield { topic: "ready" };
        while (!signal.aborted) {
          const batch = [...queue.values()];
          queue.clear();
          yield* batch;
          if (queue.size === 0 && !signal.aborted) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        listeners.delete(listener);
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
