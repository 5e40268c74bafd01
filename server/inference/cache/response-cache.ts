import { createHash } from "node:crypto";
import { InferAnswer, type InferRequest } from "@/server/contracts";
import { Lru } from "@/server/platform";
import { checkAnswer } from "../decode/check-answer";
import type { SharedStore } from "./shared-store";

const Stored = InferAnswer.pick({ answer: true, probabilities: true });
type Stored = Pick<InferAnswer, "answer" | "probabilities">;

/** Of everything an answer depends on. JSON keeps neighbouring texts apart. */
function keyOf(model: string, { instruction, prompt, schema, tokensMax }: InferRequest): string {
  const text = JSON.stringify([model, instruction, prompt, schema, tokensMax]);
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
