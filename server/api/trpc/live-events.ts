import type { BusEvent } from "@/server/contracts";
import type { Bus } from "@/server/platform";

/** What pages are told of. Whose rights have changed is nobody else's business. */
type PageEvent = Exclude<BusEvent, { topic: "identity" }>;

/** `ready` comes first: from here on no event is missed, so a reader should load anew once. */
export type LiveEvent = PageEvent | { topic: "ready" };

/** How often a reader is identified again when nothing says that it must be. */
const RECHECK_SECONDS = 15;

/**
 * Events of the bus until the signal aborts. A reader that is slow gets every id once, not once for
 * each event, so its queue is bounded by the number of distinct ids. Throws what the bus throws when
 * it cannot be reached, and what `recheck` throws once the reader may have no more.
 */
export async function* liveEvents(
  bus: Bus,
  signal: AbortSignal,
  recheck: () => Promise<void>,
  recheckSeconds = RECHECK_SECONDS,
): AsyncGenerator<LiveEvent, void, undefined> {
  const queue = new Map<string, PageEvent>();
  let isDue = false;
  let wake: () => void = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  const timer = setInterval(() => {
    isDue = true;
    wake();
  }, recheckSeconds * 1000);
  let unsubscribe = async () => {};
  try {
    unsubscribe = await bus.subscribe((event) => {
      if (event.topic === "identity") isDue = true;
      else queue.set(`${event.topic}:${event.id}`, event);
      wake();
    });
    yield { topic: "ready" };
    while (!signal.aborted) {
      if (isDue) {
        isDue = false;
        await recheck();
      }
      const batch = [...queue.values()];
      queue.clear();
      yield* batch;
      if (queue.size === 0 && !isDue && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", onAbort);
    await unsubscribe();
  }
}
