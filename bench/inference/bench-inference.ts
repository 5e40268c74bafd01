import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import type { InferRequest } from "@/server/contracts";
import type { InferenceClient } from "@/server/inference";
import { summarize, throughput, timeOne } from "./measure";
import { openWorker } from "./open-worker";
import { benchRequest } from "./requests";

const WARM_UP_REQUESTS = 20;
const SEQUENTIAL_REQUESTS = 300;
const CACHED_REQUESTS = 300;
const CALLERS = 8;
const SECONDS = 8;
const RESULT_FILE = "bench/results/inference.json";

async function sequential(
  client: InferenceClient,
  requests: InferRequest[],
  isCached: boolean,
): Promise<ReturnType<typeof summarize>> {
  const latencies: number[] = [];
  for (const request of requests) latencies.push(await timeOne(client, request, isCached));
  return summarize(latencies);
}

async function measureAll(client: InferenceClient) {
  // Another start on every run: a running sidecar's cache may hold what an earlier run asked.
  let n = Date.now() % 1_000_000_000;
  const next = () => benchRequest(n++);
  const many = (count: number, make = next) => Array.from({ length: count }, make);
  await sequential(client, many(WARM_UP_REQUESTS), false);
  const choice = await sequential(client, many(SEQUENTIAL_REQUESTS), false);
  const known = next();
  await client.infer(known);
  const cached = await sequential(
    client,
    many(CACHED_REQUESTS, () => known),
    true,
  );
  return {
    choice,
    cached,
    throughput: await compareCallers(client, next),
  };
}

/** One caller against eight. */
async function compareCallers(client: InferenceClient, next: () => InferRequest) {
  const one = await throughput(client, { callers: 1, seconds: SECONDS, next });
  const eight = await throughput(client, { callers: CALLERS, seconds: SECONDS, next });
  const ratio = Math.round((eight.requests_per_second / one.requests_per_second) * 100) / 100;
  return { one, eight, ratio };
}

/**
 * The model through its worker process: one caller's latency for an answer of one choice,
 * cached latency, throughput of eight callers against one, resident memory.
 */
export async function benchInference(): Promise<void> {
  const { client, isOwn, close } = await openWorker();
  try {
    const measured = await measureAll(client);
    const { model, residentBytes, tokensPerSecond } = await client.status();
    const cpu = os.cpus();
    const result = {
      measured_at: new Date().toISOString(),
      machine: { cpu: cpu[0]?.model ?? "unknown", cores: cpu.length, node: process.version },
      worker: isOwn ? "started for this" : "of the running sidecar",
      model,
      ...measured,
      tokens_per_second: tokensPerSecond === null ? null : Math.round(tokensPerSecond),
      resident_mb: Math.round(residentBytes / 1e6),
    };
    mkdirSync("bench/results", { recursive: true });
    writeFileSync(RESULT_FILE, `${JSON.stringify(result, null, 2)}\n`);
    console.log(JSON.stringify(result, null, 2));
  } finally {
    await close();
  }
}
