import type { InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { LoadedModel, ModelRun } from "../engine/loaded-model";

interface Job {
  request: InferRequest;
  signal: AbortSignal;
  waitingSince: number;
  settle(run: Promise<Finished>): void;
}

export interface Finished {
  run: ModelRun;
  model: LoadedModel;
  queueMs: number;
}

/** Requests that wait for a sequence of the active model, oldest first; at most `waitingMax`. */
export class RequestQueue {
  readonly waitingMax: number;
  readonly #waiting = new Set<Job>();
  readonly #retryAfterSeconds: (waiting: number) => number;
  #model: LoadedModel;
  #running = 0;

  constructor(input: {
    model: LoadedModel;
    waitingMax: number;
    retryAfterSeconds: (waiting: number) => number;
  }) {
    this.#model = input.model;
    this.waitingMax = input.waitingMax;
    this.#retryAfterSeconds = input.retryAfterSeconds;
  }

  get model(): LoadedModel {
    return this.#model;
  }
  get waiting(): number {
    return this.#waiting.size;
  }
  get running(): number {
    return this.#running;
  }

  /**
   * Answers when a sequence was free and the model is done. Rejects at once with `unavailable` when
   * the queue is full, and with the signal's reason when it aborts, whatever is still being read.
   */
  run(request: InferRequest, signal: AbortSignal): Promise<Finished> {
    signal.throwIfAborted();
    if (this.#waiting.size >= this.waitingMax && !this.#model.hasRoom()) {
      throw new AppError("unavailable", "The model has too much to do. Try again shortly.", {
        details: { retry_after_seconds: this.#retryAfterSeconds(this.#waiting.size) },
      });
    }
    return new Promise<Finished>((resolve, reject) => {
      const job: Job = {
        request,
        signal,
        waitingSince: performance.now(),
        settle: (run) => void run.then(resolve, reject),
      };
      const leave = () => {
        this.#waiting.delete(job);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(job);
      this.#pump();
    });
  }

  /** New requests go to another model from now on; answers the one before, which may still run. */
  switchTo(model: LoadedModel): LoadedModel {
    const previous = this.#model;
    this.#model = model;
    this.#pump();
    return previous;
  }

  #pump(): void {
    for (const job of this.#waiting) {
      if (!this.#model.hasRoom()) return;
      this.#waiting.delete(job);
      job.settle(this.#work(job));
    }
  }

  async #work(job: Job): Promise<Finished> {
    const model = this.#model;
    const queueMs = performance.now() - job.waitingSince;
    this.#running += 1;
    try {
      return { run: await model.run(job.request, job.signal), model, queueMs };
    } finally {
      this.#running -= 1;
      this.#pump();
    }
  }
}
