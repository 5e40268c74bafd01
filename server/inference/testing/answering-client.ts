import type { InferAnswer, InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";
import type { InferenceClient } from "../client/inference-client";

const TIMINGS = { queueMs: 0, prefillMs: 1, generateMs: 0, totalMs: 1, tokens: 9 };

/**
 * A client that answers as told; what it was asked is kept. Its status is refused unless `status`
 * answers it.
 */
export function clientWith(
  answer: InferAnswer["answer"] | AppError,
  {
    probabilities = {},
    status = () => Promise.reject(new AppError("unavailable", "no status")),
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
