import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { variedContext } from "./contexts";
import { findTarget, type Target } from "./target";

const WARM_UP_REQUESTS = 50;
const SEQUENTIAL_REQUESTS = 300;
const CALLERS = 8;
const CONCURRENT_SECONDS = 10;
const RESULT_FILE = "bench/results/analyze.json";

/** Latency of one estimate, ms, body read to its end. Throws unless it is answered as one. */
async function callOnce({ url, apiKey }: Target, n: number): Promise<number> {
  const started = performance.now();
  const response = await fetch(new URL("/agent/analyze", url), {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": apiKey },
    body: variedContext(n),
  });
  const text = await response.text();
  const latencyMs = performance.now() - started;
  if (response.status !== 200 || !text.includes('"basis":"estimate"')) {
    throw new Error(`Request ${n} was answered ${response.status}: ${text.slice(0, 300)}`);
  }
  return latencyMs;
}

/** Nearest-rank quantile of sorted values. */
function quantile(sorted: number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function summarize(latenciesMs: number[]) {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return {
    requests: sorted.length,
    median_ms: rounded(quantile(sorted, 0.5)),
    p95_ms: rounded(quantile(sorted, 0.95)),
    p99_ms: rounded(quantile(sorted, 0.99)),
    max_ms: rounded(quantile(sorted, 1)),
  };
}

async function sequential(target: Target, first: number, count: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let n = first; n < first + count; n += 1) latencies.push(await callOnce(target, n));
  return latencies;
}

/** CALLERS at once, each sending its next request when the last was answered. */
async function concurrent(target: Target, first: number) {
  const started = performance.now();
  const until = started + CONCURRENT_SECONDS * 1000;
  let next = first;
  const latencies: number[] = [];
  const caller = async () => {
    while (performance.now() < until) {
      next += 1;
      latencies.push(await callOnce(target, next));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - started) / 1000;
  const perSecond = Math.round((latencies.length / seconds) * 10) / 10;
  return { callers: CALLERS, requests_per_second: perSecond, ...summarize(latencies) };
}

/**
 * Estimate-only analyze against a running sidecar: one caller's latency when warm, then eight
 * callers' throughput. Every request has another context, so that no cache can answer.
 */
export async function benchAnalyze(): Promise<void> {
  const target = findTarget();
  // Another start on every run: what an earlier run sent may still be an open suggestion.
  const first = Date.now() % 1_000_000_000;
  await sequential(target, first, WARM_UP_REQUESTS);
  const one = await sequential(target, first + WARM_UP_REQUESTS, SEQUENTIAL_REQUESTS);
  const many = await concurrent(target, first + WARM_UP_REQUESTS + SEQUENTIAL_REQUESTS);
  const cpu = os.cpus();
  const result = {
    name: "analyze (estimate only)",
    measured_at: new Date().toISOString(),
    machine: { cpu: cpu[0]?.model ?? "unknown", cores: cpu.length, node: process.version },
    one_caller: summarize(one),
    eight_callers: many,
  };
  mkdirSync("bench/results", { recursive: true });
  writeFileSync(RESULT_FILE, `${JSON.stringify(result, null, 2)}\n`);
  console.table({ "1 caller": result.one_caller, "8 callers": result.eight_callers });
  console.log(`Written to ${RESULT_FILE}`);
}
