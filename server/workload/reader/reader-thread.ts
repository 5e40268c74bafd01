import { Worker } from "node:worker_threads";
import type { DescribedText, TextContext, TextDescription } from "../shape";
import { type Batch, ReaderState, type Told } from "./messages";

/** Loading takes a second; a machine that is very busy gets this long. */
const START_MS_MAX = 60_000;
const END_POLL_MS = 50;
/** A thread that needs more for one text is ended by V8, not the process. */
const HEAP_MB_MAX = 256;

interface ThreadEvents {
  /** The text at this place of the batch; null: it cannot be read. */
  onRead(place: number, description: TextDescription | null): void;
  onDone(): void;
  /** The thread has ended by itself. `place`: of the text it was at. */
  onLost(error: Error, place: number | null): void;
}

interface StartEvents {
  onReady(): void;
  /** It ended before it was ready. */
  onFailed(error: Error): void;
}

/**
 * One thread that reads texts, seen from the thread that asks. Starts at once; once it is ready it reads
 * one batch at a time.
 */
export class ReaderThread {
  readonly #state = new ReaderState();
  readonly #worker: Worker;
  readonly #startTimer: NodeJS.Timeout;
  #start: StartEvents | null;
  #events: ThreadEvents | null = null;
  #contextKey: string | null = null;
  #isEnded = false;

  /** `file`: of the thread's program; nothing that starts the process reaches it. */
  constructor(file: string, start: StartEvents) {
    this.#start = start;
    this.#worker = new Worker(file, {
      workerData: { buffer: this.#state.buffer },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    const late = () => this.#lose(new Error("The reading thread did not start in time."));
    this.#startTimer = setTimeout(late, START_MS_MAX);
    this.#startTimer.unref();
    this.#worker.on("message", (told: Told) => this.#hear(told));
    this.#worker.on("error", (error) => this.#lose(asError(error)));
    this.#worker.on("exit", () => this.#lose(new Error("The reading thread has ended.")));
  }

  /** The text being read, and a number that changes with each; null: none at the moment. */
  get text(): { place: number; step: number } | null {
    const { place, step } = this.#state.text;
    return place === null ? null : { place, step };
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  read(
    texts: readonly DescribedText[],
    context: TextContext,
    contextKey: string,
    events: ThreadEvents,
  ): void {
    this.#state.isStopped = false;
    this.#events = events;
    this.#worker.ref();
    const batch: Batch = { texts: [...texts] };
    if (contextKey !== this.#contextKey) batch.context = context;
    this.#contextKey = contextKey;
    this.#worker.postMessage(batch);
  }

  /** Lets the text in work go as soon as it calls DuckDB again; `onDone` tells. */
  stop(): void {
    this.#state.isStopped = true;
  }

  /**
   * Ends the thread, whatever it is at; no event comes any more. A call into DuckDB is waited for: a
   * thread that is ended within one can take the process with it.
   */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#start = null;
    this.#events = null;
    clearTimeout(this.#startTimer);
    this.stop();
    while (this.#state.isInCall) {
      await new Promise((resolve) => setTimeout(resolve, END_POLL_MS));
    }
    await this.#worker.terminate();
  }

  #hear(message: Told): void {
    if (message.told === "ready") {
      clearTimeout(this.#startTimer);
      this.#idle();
      const start = this.#start;
      this.#start = null;
      start?.onReady();
    } else if (message.told === "read") {
      this.#events?.onRead(message.place, message.description);
    } else {
      const events = this.#events;
      this.#idle();
      events?.onDone();
    }
  }

  /** An idle thread keeps no process alive. */
  #idle(): void {
    this.#events = null;
    this.#worker.unref();
  }

  #lose(error: Error): void {
    if (this.#isEnded) return;
    const [start, events] = [this.#start, this.#events];
    const { place } = this.#state.text;
    void this.end();
    start?.onFailed(error);
    events?.onLost(error, place);
  }
}

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));
