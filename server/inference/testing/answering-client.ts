import type { InferAnswer, InferenceStatus, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { InferenceClient } from "../client/inference-client";

const TIMINGS = { queueMs: 0, prefillMs: 1, generateMs: 0, totalMs: 1, tokens: 9 };

/** Of a model that is trusted with these tasks; null: it does not say with which. */
export function statusOf(tasks: string[] | null): InferenceStatus {
  return {
    model: {
      ...{ name: "m", sha256: null, architecture: null, parameters: null, quantization: null },
      ...{ contextTokens: null, tasks, calibration: {} },
    },
    queue: { waiting: 0, running: 0, max: 1 },
    latency: { queueMs: null, prefillMs: null, generateMs: null, totalMs: null },
    tokensPerSecond: null,
    cache: { hits: 0, misses: 0, entries: 0, isShared: false },
    requests: { answered: 0, refused: 0, timedOut: 0, cancelled: 0, failed: 0 },
    ...{ residentBytes: 1, uptimeSeconds: 1, instance: "i", restartsSeen: 0 },
  };
}

/** A client that answers as told; what it was asked is kept. It may be asked anything unless `status` says otherwise. */
export function clientWith(
  answer: InferAnswer["answer"] | AppError,
  {
    probabilities = {},
    status = async () => statusOf(null),
  }: {
    probabilities?: InferAnswer["probabilities"];
    status?: InferenceClient["status"];
  } = {},
): { client: InferenceClient; asked: InferRequest[] } {
  const asked: InferRequest[] = [];
  return {
    asked,
    client: {
      async infer(request) {
        asked.push(request);
        if (answer instanceof AppError) throw answer;
        return { answer, probabilities, model: "abc", isCached: false, timings: TIMINGS };
      },
      status,
      swap: () => Promise.reject(new AppError("internal", "not asked for")),
      close: async () => {},
    },
  };
}
