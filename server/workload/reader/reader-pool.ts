import { ReaderThread } from "./reader-thread";
import type { Reading } from "./reading";

const WATCH_EVERY_MS = 100;
/** A text that nobody waits for any more gets this long to reach a call into DuckDB, where it is let go. */
const UNWANTED_MS_MAX = 500;

interface PoolSettings {
  threadsMax: number;
  textMsMax: number;
  workerFile: string;
}

/** A request that waits for its reading. */
interface Job {
  reading: Reading;
  settle(): void;
  fail(error: unknown): void;
  isSettled: boolean;
}

/** A thread with the slice that it is at, and since when it is at the text that it was seen at last. */
interface Seat {
  thread: ReaderThread;
  job: Job;
  slice: readonly number[];
  step: number | null;
  sinceMs: number;
  watch: NodeJS.Timeout;
}

function createJob(reading: Reading): { job: Job; promise: Promise<void> } {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((onRead, onFailed) => {
    resolve = onRead;
    reject = onFailed;
  });
  const job: Job = {
    ...{ reading, isSettled: false },
    settle() {
      job.isSettled = true;
      resolve();
    },
    fail(error) {
      job.isSettled = true;
      reject(error);
    },
  };
  return { job, promise };
}

/** A few reading threads; requests take turns, slice by slice. */
export class ReaderPool {
  readonly #settings: PoolSettings;
  readonly #starting = new Set<ReaderThread>();
  readonly #idle = new Set<ReaderThread>();
  readonly #seats = new Set<Seat>();
  /** Requests with texts that wait; the next one first. */
  #queue: Job[] = [];
  #isReady = (): void => {};
  /** The first thread has started: before that no request's time runs. */
  readonly #ready = new Promise<void>((resolve) => {
    this.#isReady = resolve;
  });

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /**
   * Reads all texts, as far as the time goes. False: the time ended before the first was tried. Rejects
   * when aborted, and when a thread fails otherwise than over a costly text.
   */
  async run(
    reading: Reading,
    { msMax, signal }: { msMax: number; signal: AbortSignal | undefined },
  ): Promise<boolean> {
    const { promise, job } = createJob(reading);
    const end = () => {
      reading.giveUpRest();
      this.#dismiss(job);
      job.settle();
    };
    const abort = () => {
      this.#dismiss(job);
      job.fail(signal?.reason);
    };
    let timer: NodeJS.Timeout | undefined;
    void this.#ready.then(() => {
      if (!job.isSettled) timer = setTimeout(end, msMax);
    });
    signal?.addEventListener("abort", abort);
    this.#queue.push(job);
    this.#assign();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
    return reading.isReached;
  }

  async close(): Promise<void> {
    const seats = [...this.#seats];
    const jobs = [...this.#queue, ...seats.map(({ job }) => job)];
    const threads = [...this.#starting, ...this.#idle, ...seats.map(({ thread }) => thread)];
    this.#queue = [];
    this.#starting.clear();
    this.#idle.clear();
    this.#seats.clear();
    for (const { watch } of seats) clearInterval(watch);
    for (const job of jobs) job.fail(new Error("The reader was closed."));
    await Promise.all(threads.map((thread) => thread.end()));
  }

  /** Gives threads that are free the next slices; starts one more where none is. */
  #assign(): void {
    for (;;) {
      const job = this.#queue.find(({ reading }) => reading.isWaiting);
      if (!job) return;
      const thread = this.#freeThread();
      if (!thread) {
        this.#startThread();
        return;
      }
      // To the end of the queue: others have their turn before its next slice.
      this.#queue = [...this.#queue.filter((each) => each !== job), job];
      this.#start(thread, job);
    }
  }

  /** The one that was at work last: it may have read the request's texts before. */
  #freeThread(): ReaderThread | null {
    for (const thread of [...this.#idle].reverse()) {
      this.#idle.delete(thread);
      if (!thread.isEnded) return thread;
    }
    return null;
  }

  #startThread(): void {
    const isFull = this.#seats.size >= this.#settings.threadsMax;
    if (isFull || this.#starting.size > 0) return;
    const thread = new ReaderThread(this.#settings.workerFile, {
      onReady: () => {
        this.#starting.delete(thread);
        this.#idle.add(thread);
        this.#isReady();
        this.#assign();
      },
      onFailed: (error) => {
        this.#starting.delete(thread);
        if (this.#seats.size > 0) return;
        for (const job of this.#queue.splice(0)) job.fail(error);
      },
    });
    this.#starting.add(thread);
  }

  #start(thread: ReaderThread, job: Job): void {
    const { reading } = job;
    const slice = reading.takeSlice();
    const everyMs = Math.min(WATCH_EVERY_MS, this.#settings.textMsMax / 2);
    const watch = setInterval(() => this.#check(seat), everyMs);
    const seat: Seat = { thread, job, slice, watch, step: null, sinceMs: performance.now() };
    this.#seats.add(seat);
    const texts = slice.flatMap((place) => reading.texts[place] ?? []);
    thread.read(texts, reading.context, reading.contextKey, {
      onRead: (place, description) => reading.addRead(slice[place] ?? -1, description),
      onDone: () => {
        this.#idle.add(thread);
        this.#leave(seat);
      },
      onLost: (error, place) => {
        const isCostly = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
        if (isCostly && place !== null) reading.giveUp(slice[place] ?? -1, "memory");
        else job.fail(error);
        this.#leave(seat);
      },
    });
  }

  /** Ends a thread that is too long at one text; soon, where nobody waits for it. */
  #check(seat: Seat): void {
    const { text } = seat.thread;
    const now = performance.now();
    if (text === null || text.step !== seat.step) {
      seat.step = text?.step ?? null;
      seat.sinceMs = now;
      return;
    }
    const { textMsMax } = this.#settings;
    const msMax = seat.job.isSettled ? Math.min(UNWANTED_MS_MAX, textMsMax) : textMsMax;
    if (now - seat.sinceMs < msMax) return;
    void seat.thread.end();
    seat.job.reading.giveUp(seat.slice[text.place] ?? -1, "time");
    this.#leave(seat);
  }

  /** The thread has left its slice; what is open of it waits again. */
  #leave(seat: Seat): void {
    const { job, slice, watch } = seat;
    clearInterval(watch);
    this.#seats.delete(seat);
    if (!job.isSettled) job.reading.putBack(slice);
    if (!job.isSettled && job.reading.isComplete) job.settle();
    if (job.isSettled) this.#dismiss(job);
    this.#assign();
  }

  /** Nobody waits for the request any more: its threads let their texts go. */
  #dismiss(job: Job): void {
    this.#queue = this.#queue.filter((each) => each !== job);
    for (const seat of this.#seats) if (seat.job === job) seat.thread.stop();
  }
}
