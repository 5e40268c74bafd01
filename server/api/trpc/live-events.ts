import type { BusEvent } from "@/server/contracts";
import type { Bus } from "@/server/platform";

/** `ready` comes first: from here on no event is missed, so a reader should load anew once. */
export type LiveEvent = BusEvent | { topic: "ready" };

/**
 * Events of the bus until the signal aborts. A reader that is slow gets every id once, not once for
 * each event, so its queue is bounded by the number of distinct ids. Throws what the bus throws when
 * it cannot be reached.
 */
export async function* liveEvents(
  bus: Bus,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent, void, undefined> {
  const queue = new Map<string, BusEvent>();
  let wake: () => void = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  let unsubscribe = async () => {};
  try {
    unsubscribe = await bus.subscribe((event) => {
      queue.set(`${event.topic}:${event.id}`, event);
      wake();
    });
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
    signal.removeEventListener("abort", onAbort);
    await unsubscribe();
  }
}
