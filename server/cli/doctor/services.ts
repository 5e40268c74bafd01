import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { Redis } from "ioredis";
import type { DoctorCheck } from "@/server/contracts";
import { checkConnector, connectProduct, isProductPaused } from "@/server/data-product";
import { defaultModelFile } from "@/server/inference";
import { activeModel } from "@/server/models";
import { listenAddress, type Settings } from "@/server/platform";
import { checkHealth } from "@/server/telemetry";
import { fail, ok, type Subject, warn } from "./check";

/** Redis, where one is configured: for the queue, or for messages. */
export async function checkRedis({ REDIS_URL, MCP_BROKER_URL }: Settings): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const [name, url] of Object.entries({ REDIS_URL, MCP_BROKER_URL })) {
    if (url === undefined || !/^rediss?:/.test(url)) continue;
    checks.push(await pingRedis(name, url));
  }
  return checks;
}

async function pingRedis(name: string, url: string): Promise<DoctorCheck> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 3000,
  });
  // Its reason comes with the failed call as well.
  redis.on("error", () => {});
  try {
    await redis.connect();
    await redis.ping();
    return ok("Redis", `${name} answers.`);
  } catch {
    return fail("Redis", `${name} does not answer.`, `Start it, or correct ${name}.`);
  } finally {
    redis.disconnect();
  }
}

/** The health checks that speak of processes, with what to do. */
const ADVICE: Record<string, string> = {
  prover: "Start the sidecar (`npm run up`), or its prover; its log says why it does not work.",
  proof_queue: "Start further provers, or shorten PROOF_SECONDS_MAX.",
  automation: "npx sidecar policies status; `policies resume` lifts the stop.",
  inference: "Start it with the sidecar; its log says why it does not run.",
};

/** The processes that beat, and what health says of each. */
export async function checkProcesses({ ctx }: Subject): Promise<DoctorCheck[]> {
  const { checks, processes } = await checkHealth({ ctx });
  const judged = Object.entries(ADVICE).flatMap(([name, advice]) => {
    const found = checks[name];
    if (found === undefined) return [];
    const label = name.replace("_", " ");
    return [found.status === "ok" ? ok(label, found.detail) : warn(label, found.detail, advice)];
  });
  const courier = processes.filter(({ role }) => role === "courier");
  const isSent = courier.some(({ status }) => status === "ok");
  const advice = "Start the sidecar, or its courier: nothing is sent until then.";
  return [
    ...judged,
    isSent
      ? ok("courier", "Ready.")
      : warn("courier", courier[0]?.detail ?? "No courier runs.", advice),
  ];
}

/** The file that the worker loads: there, a GGUF, and the one of the manifest or the registration. */
export async function checkModel({ ctx, settings }: Subject): Promise<DoctorCheck[]> {
  if (settings.INFERENCE_URL !== undefined) return [ok("model", "A server answers, no file.")];
  const active = settings.MODEL_PATH === undefined ? await activeModel({ ctx }) : null;
  const model = active ?? defaultModelFile(settings);
  return [model === null ? ok("model", "None; rules alone advise.") : await checkModelFile(model)];
}

export async function checkModelFile(model: {
  name: string;
  file: string;
  sha256: string | null;
}): Promise<DoctorCheck> {
  const advice = "Restore the file (git, a backup), or register the model again.";
  try {
    const handle = await open(model.file);
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close());
    if (buffer.toString("latin1") !== "GGUF") {
      return fail("model", `${model.file} is no GGUF file.`, advice);
    }
    if (model.sha256 === null) return ok("model", `${model.name}, unchecked: MODEL_PATH.`);
    const sha256 = createHash("sha256")
      .update(await readFile(model.file))
      .digest("hex");
    return sha256 === model.sha256
      ? ok("model", `${model.name} is whole.`)
      : fail("model", `${model.file} is not the file that was registered.`, advice);
  } catch {
    return fail("model", `${model.file} cannot be read.`, advice);
  }
}

function isFree(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, ...(host !== undefined && { host }) }, () =>
      server.close(() => resolve(true)),
    );
  });
}

/** True when a sidecar's web process answers there. */
async function isOurs(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(3000);
    const answer = await fetch(`http://127.0.0.1:${port}/agent/health`, { signal });
    const body: unknown = await answer.json();
    return typeof body === "object" && body !== null && "checks" in body;
  } catch {
    return false;
  }
}

/** The port of the pages: ours, free, or another program's. */
export async function checkPort(settings: Settings): Promise<DoctorCheck[]> {
  const { PORT } = settings;
  if (await isOurs(PORT)) return [ok("port", `${PORT}: the pages are served.`)];
  if (await isFree(PORT, listenAddress(settings))) {
    const detail = `${PORT} is free: no pages are served here.`;
    return [
      warn("port", detail, "Start the sidecar (`npm run up`), or look at its other machine."),
    ];
  }
  const advice = "Stop that program, or set another PORT.";
  return [fail("port", `${PORT} is taken by another program.`, advice)];
}

/** Whether the served product answers, and each of its routes as the contract says. */
export async function checkProduct({ ctx, settings }: Subject): Promise<DoctorCheck[]> {
  const { DATA_PRODUCT_API, DATA_PRODUCT_ID: productId } = settings;
  if (DATA_PRODUCT_API === undefined) {
    const advice = "Connect one: npx sidecar products connect PRODUCT_ID ADDRESS";
    return [warn("data product", "None is connected: answers are estimates.", advice)];
  }
  if (await isProductPaused({ ctx, input: { productId } })) {
    return [
      warn("data product", `${productId} is paused.`, `npx sidecar products resume ${productId}`),
    ];
  }
  const checks = await checkConnector({ ctx, input: { product: connectProduct({ ctx }) } });
  const faulty = checks.filter(({ is_ok }) => !is_ok);
  const [first] = faulty;
  if (first === undefined) return [ok("data product", `${productId} answers as it should.`)];
  return [fail("data product", first.detail, "npx sidecar products check names every route.")];
}
