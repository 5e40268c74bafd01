import type { InferenceStatus } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { quantile } from "@/server/statistics";

/** Works under a signal that also aborts after `deadlineMs`, with `timeout` as its reason. */
export async function withDeadline<T>(
  deadlineMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new AppError("timeout", `The model did not answer within ${deadlineMs} ms.`));
  }, deadlineMs);
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}

/** How a failed request counts. */
export function outcomeOf(error: unknown, signal: AbortSignal): keyof InferenceStatus["requests"] {
  if (signal.aborted) return "cancelled";
  const code = error instanceof AppError ? error.code : "internal";
  if (code === "timeout") return "timedOut";
  return code === "unavailable" || code === "invalid_input" ? "refused" : "failed";
}

/** Requests whose latencies are kept. */
const WINDOW = 512;

export interface Sample {
  queueMs: number;
  prefillMs: number;
  generateMs: number;
  totalMs: number;
  tokens: number;
}

type Outcome = keyof InferenceStatus["requests"];
type Stage = keyof InferenceStatus["latency"];

/** null without values. */
function quantiles(values: number[]) {
  if (values.length === 0) return null;
  return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
}

/** Counts of outcomes, and latencies of the last requests that the model answered (cached ones apart). */
export class Metrics {
  readonly #samples: Sample[] = [];
  #next = 0;
  readonly outcomes: Record<Outcome, number> = {
    answered: 0,
    refused: 0,
    timedOut: 0,
    cancelled: 0,
    failed: 0,
  };

  count(outcome: Outcome): void {
    this.outcomes[outcome] += 1;
  }

  record(sample: Sample): void {
    this.#samples[this.#next % WINDOW] = sample;
    this.#next += 1;
  }

  medianTotalMs(): number {
    return this.#latency("totalMs")?.p50 ?? 0;
  }

  status(): Pick<InferenceStatus, "latency" | "tokensPerSecond" | "requests"> {
    const workMs = this.#samples.reduce((sum, s) => sum + s.prefillMs + s.generateMs, 0);
    const tokens = this.#samples.reduce((sum, sample) => sum + sample.tokens, 0);
    return {
      latency: {
        queueMs: this.#latency("queueMs"),
        prefillMs: this.#latency("prefillMs"),
        generateMs: this.#latency("generateMs"),
        totalMs: this.#latency("totalMs"),
      },
      tokensPerSecond: workMs === 0 ? null : (tokens / workMs) * 1000,
      requests: { ...this.outcomes },
    };
  }

  #latency(stage: Stage) {
    return quantiles(this.#samples.map((sample) => sample[stage]));
  }
}
