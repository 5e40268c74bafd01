import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import { quantile } from "@/server/statistics";
import { variedContext } from "./contexts";
import { findTarget, readTarget, type Target } from "./target";

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
 * callers' throughput. Every request has another context, so that no cache can answer. All are one
 * caller's: on a fast machine start the sidecar with a larger REQUESTS_PER_MINUTE_MAX.
 * `--beside <demo.json>`: another running sidecar (an older commit, say), asked in turn with this one.
 */
export async function benchAnalyze(args: string[]): Promise<void> {
  const target = findTarget();
  // Another start on every run: what an earlier run sent may still be an open suggestion.
  const first = Date.now() % 1_000_000_000;
  if (args[0] === "--beside" && args[1] !== undefined) {
    return printPaired(await pairs(target, readTarget(args[1]), first));
  }
  await sequential(target, first, WARM_UP_REQUESTS);
  const one = await sequential(target, first + WARM_UP_REQUESTS, SEQUENTIAL_REQUESTS);
  const many = await concurrent(target, first + WARM_UP_REQUESTS + SEQUENTIAL_REQUESTS);
  const result = { ...describeRun(), one_caller: summarize(one), eight_callers: many };
  mkdirSync("bench/results", { recursive: true });
  writeFileSync(RESULT_FILE, `${JSON.stringify(result, null, 2)}\n`);
  console.table({ "1 caller": result.one_caller, "8 callers": result.eight_callers });
  console.log(`Written to ${RESULT_FILE}`);
}

function describeRun() {
  const cpu = os.cpus();
  return {
    name: "analyze (estimate only)",
    measured_at: new Date().toISOString(),
    machine: { cpu: cpu[0]?.model ?? "unknown", cores: cpu.length, node: process.version },
  };
}

interface Paired {
  here: number[];
  beside: number[];
}

/** The same requests to both, one after the other and each first in turn; latencies in ms. */
async function pairs(target: Target, other: Target, first: number): Promise<Paired> {
  for (const each of [target, other]) await sequential(each, first, WARM_UP_REQUESTS);
  const measured: Paired = { here: [], beside: [] };
  for (let n = 0; n < SEQUENTIAL_REQUESTS; n += 1) {
    const request = first + WARM_UP_REQUESTS + n;
    const here = async () => measured.here.push(await callOnce(target, request));
    const beside = async () => measured.beside.push(await callOnce(other, request));
    for (const call of n % 2 === 0 ? [here, beside] : [beside, here]) await call();
  }
  return measured;
}

function printPaired({ here, beside }: Paired): void {
  console.table({ here: summarize(here), beside: summarize(beside) });
  const ratios = here.map((latencyMs, n) => latencyMs / (beside[n] ?? Number.NaN));
  console.log(
    `Median of ${ratios.length} ratios, here / beside: ${quantile(ratios, 0.5).toFixed(2)}`,
  );
}
