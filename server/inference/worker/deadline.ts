import type { InferenceStatus } from "@/server/contracts";
import { AppError } from "@/server/platform";

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
