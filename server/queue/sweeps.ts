import { z } from "zod";
import type { Root } from "@/server/platform";
import type { Broker, Delivery, Next } from "@/server/platform/broker";

const QUEUE = "sweeps";
/** Schedules are looked after this often: a broker that was emptied has none. */
const KEEP_MS = 15_000;
const LOCK_MS = 15_000;
const DONE: Next = { outcome: "done" };
const SweepPayload = z.object({ sweep: z.string() });

/** Work that is due by the clock, once for all processes. May be run twice; must not mind. */
export interface Sweep {
  name: string;
  /** 0: not at all. */
  everySeconds: number;
  run(signal: AbortSignal): Promise<void>;
}

interface Sweeps {
  isReady(): boolean;
  stop(): Promise<void>;
}

/** Schedules sweeps with the broker and runs those it delivers here. */
export function startSweeps(
  root: Root,
  broker: Broker,
  sweeps: readonly Sweep[],
  { keepMs }: { keepMs: number } = { keepMs: KEEP_MS },
): Sweeps {
  const { log } = root;
  const stopping = new AbortController();
  const running = new Set<string>();
  let isScheduled = false;

  async function deliver({ data }: Delivery): Promise<Next> {
    const { sweep: name } = SweepPayload.parse(data);
    const sweep = sweeps.find((known) => known.name === name);
    // A slow turn is not joined by the next one.
    if (sweep === undefined || stopping.signal.aborted || running.has(name)) return DONE;
    running.add(name);
    try {
      await sweep.run(stopping.signal);
    } catch (error) {
      log.warn({ err: error, sweep: name }, "a sweep failed; the next turn tries again");
    } finally {
      running.delete(name);
    }
    return DONE;
  }

  async function keepSchedules(): Promise<void> {
    try {
      for (const { name, everySeconds } of sweeps) {
        await broker.schedule(QUEUE, name, everySeconds * 1000, { sweep: name });
      }
      isScheduled = true;
    } catch (error) {
      if (isScheduled) log.warn({ err: error }, "sweeps cannot be scheduled; trying again");
      isScheduled = false;
    }
  }

  const consumer = broker.consume(QUEUE, { concurrency: sweeps.length, lockMs: LOCK_MS }, deliver);
  let keeping = keepSchedules();
  const timer = setInterval(() => {
    keeping = keeping.then(keepSchedules);
  }, keepMs);
  return {
    isReady: () => isScheduled && consumer.isReady(),
    async stop() {
      clearInterval(timer);
      stopping.abort(new Error("the process is stopping"));
      await keeping;
      await consumer.close();
    },
  };
}
