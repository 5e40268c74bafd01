import { randomUUID } from "node:crypto";
import {
  type InferAnswer,
  type InferenceModel,
  type InferenceStatus,
  type InferRequest,
  ModelChoice,
} from "@/server/contracts";
import { AppError, type Logger } from "@/server/platform";
import type { Engine } from "../engine/engine";
import type { LoadedModel } from "../engine/loaded-model";
import { findModel, type ModelSource } from "../engine/manifest";
import { Metrics, outcomeOf, withDeadline } from "../request-metrics";
import type { ResponseCache } from "../response-cache";
import { type Finished, RequestQueue } from "./request-queue";

/** First characters of a SHA-256 that tell a model apart in answers. */
const SHORT = 16;
const RETRY_SECONDS_MAX = 60;

/** The worker's verbs over one engine: cache, queue, deadlines, hot swap, figures. */
export class InferenceService {
  readonly instance = randomUUID();
  readonly #startedAt = performance.now();
  readonly #engine: Engine;
  readonly #cache: ResponseCache;
  readonly #manifest: () => ModelSource[];
  readonly #log: Logger;
  readonly #metrics = new Metrics();
  readonly #queue: RequestQueue;
  #isSwapping = false;

  constructor(input: {
    engine: Engine;
    model: LoadedModel;
    cache: ResponseCache;
    manifest: () => ModelSource[];
    queueMax: number;
    sequences: number;
    log: Logger;
  }) {
    this.#engine = input.engine;
    this.#cache = input.cache;
    this.#manifest = input.manifest;
    this.#log = input.log;
    this.#queue = new RequestQueue({
      model: input.model,
      waitingMax: input.queueMax,
      retryAfterSeconds: (waiting) => {
        const seconds = (this.#metrics.medianTotalMs() * waiting) / input.sequences / 1000;
        return Math.min(RETRY_SECONDS_MAX, Math.max(1, Math.ceil(seconds)));
      },
    });
  }

  /** Throws `unavailable` (full), `timeout`, `invalid_input` (too long), or the signal's reason. */
  async infer(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    try {
      const answer = await withDeadline(request.deadlineMs, signal, (bounded) =>
        this.#answer(request, bounded),
      );
      this.#metrics.count("answered");
      return answer;
    } catch (error) {
      this.#metrics.count(outcomeOf(error, signal));
      throw error;
    }
  }

  /**
   * Loads another model beside the active one and hands over: what runs ends on the old one, which
   * is then freed. Throws like Engine.load, and the old one stays; `conflict` while another swap runs.
   */
  async swap(choice: ModelChoice): Promise<InferenceModel> {
    const source = findModel(ModelChoice.parse(choice), this.#manifest());
    if (this.#isSwapping) throw new AppError("conflict", "Another model is being loaded.");
    this.#isSwapping = true;
    try {
      const next = await this.#engine.load(source);
      const previous = this.#queue.switchTo(next);
      this.#log.info({ model: next.info.name, sha256: next.info.sha256 }, "model changed");
      previous
        .retire()
        .catch((error: unknown) => this.#log.error({ err: error }, "model not freed"));
      return next.info;
    } finally {
      this.#isSwapping = false;
    }
  }

  status(): InferenceStatus {
    return {
      model: this.#queue.model.info,
      queue: {
        waiting: this.#queue.waiting,
        running: this.#queue.running,
        max: this.#queue.waitingMax,
      },
      ...this.#metrics.status(),
      cache: this.#cache.status(),
      residentBytes: process.memoryUsage.rss(),
      uptimeSeconds: (performance.now() - this.#startedAt) / 1000,
      instance: this.instance,
      restartsSeen: 0,
    };
  }

  /** Lets go of the cache. The model's memory goes with the process. */
  async close(): Promise<void> {
    await this.#cache.close();
  }

  async #answer(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    const startedAt = performance.now();
    const sha256 = this.#queue.model.info.sha256 ?? "";
    const known = await this.#cache.get(sha256, request);
    if (known !== null) {
      const totalMs = performance.now() - startedAt;
      const timings = { queueMs: 0, prefillMs: 0, generateMs: 0, totalMs, tokens: 0 };
      return { ...known, model: sha256.slice(0, SHORT), isCached: true, timings };
    }
    return this.#toAnswer(request, startedAt, await this.#queue.run(request, signal));
  }

  #toAnswer(request: InferRequest, startedAt: number, { run, model, queueMs }: Finished) {
    const { answer, probabilities, prefillMs, generateMs, tokens } = run;
    // Of the model that answered: another may have become the active one meanwhile.
    const sha256 = model.info.sha256 ?? "";
    this.#cache.set(sha256, request, { answer, probabilities });
    const totalMs = performance.now() - startedAt;
    const timings = { queueMs, prefillMs, generateMs, totalMs, tokens };
    this.#metrics.record(timings);
    return {
      answer,
      probabilities,
      model: sha256.slice(0, SHORT),
      isCached: false,
      timings,
    } satisfies InferAnswer;
  }
}
