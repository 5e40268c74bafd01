import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { InferAnswer, type InferRequest } from "@/server/contracts";
import { Lru } from "@/server/platform";
import { checkAnswer } from "./decode/plan";

/** Answers several processes share. It may be slow or away: then it answers null, never throws. */
export interface SharedStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): void;
  close(): Promise<void>;
}

const Stored = InferAnswer.pick({ answer: true, probabilities: true });
type Stored = Pick<InferAnswer, "answer" | "probabilities">;

/** Of everything an answer depends on. JSON keeps neighbouring texts apart. */
function keyOf(
  model: string,
  { task, instruction, prompt, schema, tokensMax }: InferRequest,
): string {
  const text = JSON.stringify([model, task, instruction, prompt, schema, tokensMax]);
  return createHash("sha256").update(text).digest("hex");
}

/** Answers at temperature 0 never change: kept in memory and, when there is one, a shared store. */
export class ResponseCache {
  readonly #memory: Lru<Stored>;
  readonly #shared: SharedStore | null;
  #hits = 0;
  #misses = 0;

  constructor(entriesMax: number, shared: SharedStore | null) {
    this.#memory = new Lru(entriesMax);
    this.#shared = shared;
  }

  /** `model`: what tells models apart, a SHA-256 say. */
  async get(model: string, request: InferRequest): Promise<Stored | null> {
    const key = keyOf(model, request);
    const found = this.#memory.get(key) ?? (await this.#fromShared(key, request));
    if (found === null) this.#misses += 1;
    else this.#hits += 1;
    return found;
  }

  set(model: string, request: InferRequest, { answer, probabilities }: Stored): void {
    const key = keyOf(model, request);
    const stored = { answer, probabilities };
    this.#memory.set(key, stored);
    this.#shared?.set(key, JSON.stringify(stored));
  }

  status() {
    return {
      hits: this.#hits,
      misses: this.#misses,
      entries: this.#memory.size,
      isShared: this.#shared !== null,
    };
  }

  async close(): Promise<void> {
    await this.#shared?.close();
  }

  /** What others stored is checked like any answer: a foreign value is a miss. */
  async #fromShared(key: string, request: InferRequest): Promise<Stored | null> {
    const text = (await this.#shared?.get(key)) ?? null;
    if (text === null) return null;
    const stored = parse(text);
    if (stored === null || checkAnswer(request.schema, stored.answer) === null) return null;
    this.#memory.set(key, stored);
    return stored;
  }
}

function parse(text: string): Stored | null {
  try {
    return Stored.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A miss costs less than waiting longer. */
const COMMAND_TIMEOUT_MS = 50;
/** After an answer that did not come, Redis is left alone: a slow one must not slow every request. */
const REST_MS = 5000;
const RECONNECT_MS_MAX = 10_000;
const PREFIX = "sidecar:infer:";

/**
 * Redis as the shared store, reconnected in the background with growing pauses. While it is away
 * every read is a miss at once and writes are dropped.
 */
export function openRedisStore(url: string, ttlSeconds: number): SharedStore {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(RECONNECT_MS_MAX, 100 * 2 ** Math.min(attempts, 7)),
  });
  // An unheard "error" would end the process; a Redis that is away is only a slower answer.
  redis.on("error", () => {});
  let restUntil = 0;
  const isUsable = () => redis.status === "ready" && performance.now() >= restUntil;
  const rest = () => {
    restUntil = performance.now() + REST_MS;
    return null;
  };
  return {
    async get(key) {
      return isUsable() ? redis.get(PREFIX + key).catch(rest) : null;
    },
    set(key, value) {
      if (isUsable()) redis.set(PREFIX + key, value, "EX", ttlSeconds).catch(rest);
    },
    async close() {
      redis.disconnect();
    },
  };
}
