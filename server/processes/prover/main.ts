import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { createConnectorClient } from "@/server/data-product";
import { issueServiceToken } from "@/server/identity";
import { inferenceClientOf } from "@/server/inference";
import { AppError, env, type Root, type ServiceContext, systemContext } from "@/server/platform";
import { lowerPriority } from "../lower-priority";
import { type RunningProcess, runProcess } from "../run-process";
import {
  giveUpProof,
  isLiveMeasurementRunning,
  operationHandler,
  proofHandler,
  retryOperation,
  retryProof,
} from "./handlers";
import { startModelKeeper } from "./model-keeper";
import { startObserver } from "./observer";
import { startWorker } from "./worker";

/** Operations wait for the product most of the time; a few can do so side by side. */
const OPERATION_WORKERS = 3;
const TOKEN_SECONDS = 300;

/** The prover process: observes the product, proves, executes, verifies. Away from the web process. */
async function startProver(root: Root): Promise<RunningProcess> {
  await lowerPriority("low");
  const { bus, log } = root;
  const ctx = (label: string) => systemContext(root, label);
  const { baseUrl, product } = connectProduct(ctx("connector"));
  // Shadows of a proof that was killed; its job starts again from nothing.
  await rm(resolve(env().SIDECAR_DATA_DIR, "prover", "work"), { recursive: true, force: true });

  const prover = startWorker(ctx("prover"), {
    kinds: ["prove"],
    handle: proofHandler(ctx("prover"), product),
    retryAfter: retryProof,
    giveUp: (job, error) => giveUpProof(ctx("prover"), job, error),
    isPaused: () => isLiveMeasurementRunning(ctx("prover"), product.productId),
    log,
  });
  const executors = Array.from({ length: OPERATION_WORKERS }, () =>
    startWorker(ctx("executor"), {
      kinds: ["execute", "verify", "cleanup"],
      handle: operationHandler(ctx("executor"), product),
      retryAfter: retryOperation,
      giveUp: async () => {},
      log,
    }),
  );
  const workers = [prover, ...executors];
  const unsubscribe = await bus.subscribe((event) => {
    if (event.topic === "job") for (const worker of workers) worker.wake();
  });
  const everySeconds = env().OBSERVE_SECONDS;
  const stopObserver =
    everySeconds > 0
      ? startObserver(ctx("observer"), { product, baseUrl, everySeconds, log })
      : async () => {};
  const stopModelKeeper = startModelKeeper(ctx("model keeper"), bus, log);
  log.info({ product: product.productId }, "prover ready");

  return {
    async stop() {
      await stopModelKeeper();
      await inferenceClientOf(root).close();
      await Promise.all([stopObserver(), ...workers.map((worker) => worker.stop())]);
      await unsubscribe();
    },
  };
}

function connectProduct(ctx: ServiceContext) {
  const { DATA_PRODUCT_API: baseUrl, DATA_PRODUCT_ID: productId, AGENT_ID } = ctx.settings;
  if (baseUrl === undefined) {
    throw new AppError(
      "misconfigured",
      "DATA_PRODUCT_API is not set: there is nothing to prove on.",
    );
  }
  const getToken = () =>
    issueServiceToken({
      ctx,
      input: { subject: AGENT_ID, audience: productId, ttl_seconds: TOKEN_SECONDS },
    });
  return { baseUrl, product: createConnectorClient({ baseUrl, productId, getToken }) };
}

runProcess("prover", startProver);
