import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { InferAnswer, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { checkAnswer } from "../decode/plan";
import { Metrics, outcomeOf, withDeadline } from "../request-metrics";
import type { ResponseCache } from "../response-cache";
import { ChatCompletion, chatBody, choiceProbabilities, ModelList } from "./chat-completion";
import { type InferenceClient, parseRequest } from "./inference-client";

const STATUS_MS_MAX = 5000;

function outsideSchema(cause?: unknown): AppError {
  return new AppError("unavailable", "The inference server answered outside the schema.", {
    cause,
    details: { retry_after_seconds: 5 },
  });
}

/** The completion's answer, checked: servers differ in how strictly they keep to a schema. */
function readCompletion(request: InferRequest, completion: ChatCompletion) {
  const [first] = completion.choices;
  const text = first?.message.content ?? "";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw outsideSchema(cause);
  }
  const answer = checkAnswer(request.schema, json);
  if (answer === null) throw outsideSchema();
  const tokens = first?.logprobs?.content ?? [];
  return { answer, probabilities: choiceProbabilities(request.schema, answer, text, tokens) };
}

/**
 * The same interface against an OpenAI-compatible server (vLLM, llama-server). Its queue is its
 * own; `inFlightMax` bounds what this process asks at once.
 */
export function createRemoteClient(
  remote: RemoteOptions,
  input: { cache: ResponseCache; inFlightMax: number },
): InferenceClient {
  const { cache, inFlightMax } = input;
  const metrics = new Metrics();
  const startedAt = performance.now();
  const instance = randomUUID();
  let model = remote.model;
  let running = 0;

  async function modelName(signal: AbortSignal): Promise<string> {
    if (model !== undefined) return model;
    const list = await callRemote(remote, { path: "models", answer: ModelList, signal });
    model = list.data[0]?.id ?? "";
    return model;
  }

  async function ask(request: InferRequest, signal: AbortSignal): Promise<InferAnswer> {
    const began = performance.now();
    const name = await modelName(signal);
    const known = await cache.get(name, request);
    const timings = (generateMs: number, tokens: number) => {
      const totalMs = performance.now() - began;
      return { queueMs: 0, prefillMs: 0, generateMs, totalMs, tokens };
    };
    if (known !== null) return { ...known, model: name, isCached: true, timings: timings(0, 0) };
    if (running >= inFlightMax) {
      throw new AppError("unavailable", "The inference server has too much to do.", {
        details: { retry_after_seconds: 1 },
      });
    }
    running += 1;
    try {
      const body = chatBody(request, name);
      const path = "chat/completions";
      const sent = performance.now();
      const completion = await callRemote(remote, { path, body, answer: ChatCompletion, signal });
      const answered = readCompletion(request, completion);
      cache.set(name, request, answered);
      const spent = timings(performance.now() - sent, completion.usage?.total_tokens ?? 0);
      metrics.record(spent);
      return { ...answered, model: name, isCached: false, timings: spent };
    } finally {
      running -= 1;
    }
  }

  return {
    async infer(unchecked, signal = new AbortController().signal) {
      const request = parseRequest(unchecked);
      try {
        const answer = await withDeadline(request.deadlineMs, signal, (s) => ask(request, s));
        metrics.count("answered");
        return answer;
      } catch (error) {
        metrics.count(outcomeOf(error, signal));
        throw error;
      }
    },
    async status() {
      const name = await withDeadline(STATUS_MS_MAX, new AbortController().signal, modelName);
      return {
        model: {
          name,
          sha256: null,
          architecture: null,
          parameters: null,
          quantization: null,
          contextTokens: null,
          tasks: null,
          calibration: {},
        },
        queue: { waiting: 0, running, max: inFlightMax },
        ...metrics.status(),
        cache: cache.status(),
        residentBytes: process.memoryUsage.rss(),
        uptimeSeconds: (performance.now() - startedAt) / 1000,
        instance,
        restartsSeen: 0,
      };
    },
    async swap() {
      throw new AppError("invalid_input", "The server at INFERENCE_URL chooses its model itself.");
    },
    close: () => cache.close(),
  };
}

export interface RemoteOptions {
  /** `https://host:port`, with or without `/v1`. */
  url: string;
  apiKey: string | undefined;
  /** undefined: the first model the server names. */
  model: string | undefined;
}

const MESSAGE_MAX = 200;

function unavailableNow(message: string, retryAfter: number, cause?: unknown): AppError {
  return new AppError("unavailable", message, {
    cause,
    details: { retry_after_seconds: retryAfter },
  });
}

/** The server's refusal: of the request itself, or for now. */
async function refusal(response: Response): Promise<AppError> {
  const text = (await response.text().catch(() => "")).slice(0, MESSAGE_MAX);
  const what = `The inference server answered ${response.status}`;
  if ([400, 413, 422].includes(response.status)) {
    return new AppError("invalid_input", `${what}: ${text}`);
  }
  const retryAfter = Number(response.headers.get("retry-after"));
  // The text may tell of its set-up, which is no caller's business; it stays in the cause.
  return unavailableNow(`${what}.`, retryAfter > 0 ? retryAfter : 5, new Error(text));
}

/** One call of an OpenAI-compatible server. Throws `unavailable`, `invalid_input`, or the signal's reason. */
async function callRemote<Schema extends z.ZodType>(
  { url, apiKey }: RemoteOptions,
  call: { path: string; body?: unknown; answer: Schema; signal: AbortSignal },
): Promise<z.output<Schema>> {
  const base = url.replace(/\/+$/, "").replace(/\/v1$/, "");
  const { body, signal } = call;
  let response: Response;
  let json: unknown;
  try {
    response = await fetch(`${base}/v1/${call.path}`, {
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      signal,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await refusal(response);
    json = await response.json();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    signal.throwIfAborted();
    throw unavailableNow("The inference server cannot be reached.", 5, cause);
  }
  const parsed = call.answer.safeParse(json);
  if (!parsed.success) {
    throw unavailableNow("The inference server's answer cannot be read.", 5, parsed.error);
  }
  return parsed.data;
}
