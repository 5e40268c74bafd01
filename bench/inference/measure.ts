import type { InferRequest } from "@/server/contracts";
import type { InferenceClient } from "@/server/inference";

/** Nearest-rank quantile of sorted values. */
function quantile(sorted: number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

export function summarize(latenciesMs: number[]) {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return {
    requests: sorted.length,
    median_ms: rounded(quantile(sorted, 0.5)),
    p95_ms: rounded(quantile(sorted, 0.95)),
    p99_ms: rounded(quantile(sorted, 0.99)),
  };
}

/** Milliseconds from call to answer. Throws when the cache did not behave as expected. */
export async function timeOne(client: InferenceClient, request: InferRequest, isCached: boolean) {
  const started = performance.now();
  const answer = await client.infer(request);
  const latencyMs = performance.now() - started;
  if (answer.isCached !== isCached)
    throw new Error(`The answer was ${isCached ? "not " : ""}cached.`);
  return latencyMs;
}

/** `callers` at once for some seconds, each sending its next request when the last was answered. */
export async function throughput(
  client: InferenceClient,
  input: { callers: number; seconds: number; next: () => InferRequest },
) {
  const started = performance.now();
  const until = started + input.seconds * 1000;
  const latencies: number[] = [];
  const caller = async () => {
    while (performance.now() < until) latencies.push(await timeOne(client, input.next(), false));
  };
  await Promise.all(Array.from({ length: input.callers }, caller));
  const seconds = (performance.now() - started) / 1000;
  return {
    callers: input.callers,
    requests_per_second: rounded(latencies.length / seconds),
    ...summarize(latencies),
  };
}
