import type { Token } from "node-llama-cpp";
import type { InferenceModel, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { type Decoded, decode } from "../decode/decode";
import { checkAnswer, type Plan, planAnswer } from "../decode/plan";
import type { Lanes, Lease } from "./lanes";
import { evaluatorOf } from "./sequence-evaluator";
import type { PromptTokenizer, Vocabulary } from "./tokens";

/** Plans kept; products ask a handful of kinds of question. */
const PLANS_MAX = 64;

export interface ModelRun extends Decoded {
  prefillMs: number;
  generateMs: number;
  tokens: number;
}

/** A model in memory with the lanes that decode for it. */
export class LoadedModel {
  readonly info: InferenceModel;
  readonly #lanes: Lanes;
  readonly #vocabulary: Vocabulary;
  readonly #tokenize: PromptTokenizer;
  readonly #contextTokens: number;
  readonly #free: () => Promise<void>;
  readonly #plans = new Map<string, Plan>();
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(input: {
    info: InferenceModel;
    lanes: Lanes;
    vocabulary: Vocabulary;
    tokenize: PromptTokenizer;
    contextTokens: number;
    free: () => Promise<void>;
  }) {
    this.info = input.info;
    this.#lanes = input.lanes;
    this.#vocabulary = input.vocabulary;
    this.#tokenize = input.tokenize;
    this.#contextTokens = input.contextTokens;
    this.#free = input.free;
  }

  hasRoom(): boolean {
    return this.#lanes.hasRoom();
  }

  /**
   * Answers one request on a free sequence: call it only while hasRoom(). Rejects with the signal's
   * reason between two steps; `invalid_input` for a prompt longer than the context.
   */
  async run(request: InferRequest, signal: AbortSignal): Promise<ModelRun> {
    const { tasks } = this.info;
    if (request.task !== undefined && tasks !== null && !tasks.includes(request.task)) {
      throw new AppError(
        "unavailable",
        `The model does not answer ${request.task}: rules do better.`,
      );
    }
    const lease = this.#lanes.acquire();
    if (lease === null) throw new AppError("internal", "No sequence is free.");
    this.#running += 1;
    try {
      return await this.#runOn(lease, request, signal);
    } finally {
      lease.release();
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Waits for what still runs, then frees the memory. Nothing may be run afterwards. */
  async retire(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((idle) => {
        this.#onIdle = idle;
      });
    }
    await this.#free();
  }

  async #runOn({ sequence, runSerially }: Lease, request: InferRequest, signal: AbortSignal) {
    const started = performance.now();
    const plan = this.#planOf(request);
    const prompt = this.#tokenize(request.prompt, request.instruction);
    this.#assertRoom(prompt, plan, request.tokensMax);
    // What this sequence has read already (an instruction, often) need not be read again; the last
    // token must be, for its logits.
    const { firstDifferentIndex } = sequence.compareContextTokens(prompt);
    const kept = prompt.slice(0, Math.min(firstDifferentIndex, prompt.length - 1));
    await sequence.adaptStateToTokens(kept, false);
    const evaluator = evaluatorOf(sequence, runSerially, signal);
    const decoded = await decode(evaluator, this.#vocabulary, plan, {
      prompt: prompt.slice(sequence.nextTokenIndex),
      tokensMax: request.tokensMax,
    });
    const answer = checkAnswer(request.schema, decoded.answer);
    if (answer === null) throw new AppError("internal", "The answer breaks its schema.");
    const ended = performance.now();
    const prefilled = evaluator.firstAnswerAt() ?? ended;
    return {
      answer,
      probabilities: calibrate(decoded.probabilities, request.task, this.info.calibration),
      prefillMs: prefilled - started,
      generateMs: ended - prefilled,
      tokens: evaluator.tokens(),
    };
  }

  #planOf({ schema }: InferRequest): Plan {
    const key = JSON.stringify(schema);
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    if (this.#plans.size >= PLANS_MAX) this.#plans.clear();
    const plan = planAnswer(schema, this.#vocabulary);
    this.#plans.set(key, plan);
    return plan;
  }

  #assertRoom(prompt: Token[], plan: Plan, tokensMax: number): void {
    const answer = plan.steps.reduce((sum, step) => {
      if (step.kind === "choice") {
        return sum + Math.max(...step.choices.map(({ tokens }) => tokens.length));
      }
      // No token is shorter than a letter, and none of `closing` is.
      return sum + Math.min(tokensMax, step.lettersMax) + step.closing.length;
    }, plan.opening.length);
    const room = this.#contextTokens - answer;
    if (prompt.length <= room) return;
    throw new AppError(
      "invalid_input",
      `The prompt has ${prompt.length} tokens; the model's context leaves ${Math.max(0, room)} for it.`,
      { details: { prompt_tokens: prompt.length, prompt_tokens_max: Math.max(0, room) } },
    );
  }
}

/**
 * Probabilities with each property's temperature T applied: p^(1/T), renormalized (temperature
 * scaling: Guo et al. 2017, On Calibration of Modern Neural Networks). The order of choices stays.
 */
export function calibrate(
  probabilities: Record<string, Record<string, number>>,
  task: string | undefined,
  temperatures: Readonly<Record<string, number>>,
): Record<string, Record<string, number>> {
  const scaled = Object.entries(probabilities).map(([property, choices]) => {
    const temperature = temperatures[`${task}.${property}`] ?? 1;
    if (temperature === 1) return [property, choices] as const;
    const powers = Object.entries(choices).map(
      ([choice, p]) => [choice, p ** (1 / temperature)] as const,
    );
    const sum = powers.reduce((total, [, power]) => total + power, 0);
    return [
      property,
      Object.fromEntries(powers.map(([choice, power]) => [choice, power / sum])),
    ] as const;
  });
  return Object.fromEntries(scaled);
}
