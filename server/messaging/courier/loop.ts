import type { Logger } from "@/server/platform";

/** Looked again after this long where nothing woke us: a notification may be lost with its connection. */
const POLL_MS = 1000;
const FAULT_MS = 1000;

/** Work that is done in turns, one after another: at once while there is some, else when woken or due. */
export interface Loop {
  /** False while its turns fail: the database does not answer. */
  isReady(): boolean;
  /** False while it is in a turn. */
  isResting(): boolean;
  wake(): void;
  /** Begins no turn any more, and waits for the one that runs. */
  stop(): Promise<void>;
}

/** `turn` answers after how many milliseconds the next is due; 0: at once; null: when woken. */
export function startLoop(
  log: Logger,
  { name, turn }: { name: string; turn: () => Promise<number | null> },
): Loop {
  let isStopping = false;
  let isReady = false;
  let isWoken = false;
  let isResting = false;
  let endPause = () => {};

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  async function next(): Promise<number | null> {
    try {
      const ms = await turn();
      isReady = true;
      return ms;
    } catch (error) {
      if (isReady) log.warn({ err: error, loop: name }, "a turn failed; trying again");
      else log.debug({ err: error, loop: name }, "a turn failed");
      isReady = false;
      return FAULT_MS;
    }
  }

  async function run(): Promise<void> {
    while (!isStopping) {
      isWoken = false;
      const ms = (await next()) ?? POLL_MS;
      // Woken meanwhile: what came may have come after the turn had looked.
      if (ms > 0 && !isStopping && !(isWoken && isReady)) {
        isResting = true;
        await pause(Math.min(ms, POLL_MS));
        isResting = false;
      }
    }
  }

  // Not before its maker has it in hand.
  const running = Promise.resolve().then(run);
  return {
    isReady: () => isReady,
    isResting: () => isResting,
    wake() {
      isWoken = true;
      isResting = false;
      endPause();
    },
    async stop() {
      isStopping = true;
      endPause();
      await running;
    },
  };
}
