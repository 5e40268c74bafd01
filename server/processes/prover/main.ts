import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProcessStatus } from "@/server/contracts";
import { connectProduct, followServedProduct, isProductPaused } from "@/server/data-product";
import { isProductBusy } from "@/server/execution";
import { inferenceClientOf } from "@/server/inference";
import { type Root, systemContext } from "@/server/platform";
import { openBroker } from "@/server/platform/broker";
import { startRelay, startSweeps, startWorker } from "@/server/queue";
import { textReader } from "@/server/workload";
import { lowerPriority, type RunningProcess, runProcess } from "../run-process";
import { operationHandlers, proofHandler, tellOfDeadJob } from "./job-handlers";
import { createSweeps, type ProductContact, startModelKeeper } from "./sweeps";

/** Operations wait for the product most of the time; a few can do so side by side. */
const OPERATIONS_AT_ONCE = 3;

/** The prover process: observes the product, proves, executes, verifies. Away from the web process. */
async function startProver(root: Root): Promise<RunningProcess> {
  // Shadows and downloaded tables are copies of the product's data: nobody else on this machine reads them.
  process.umask(0o077);
  await lowerPriority("low");
  const stopFollowing = await followServedProduct(root);
  const { settings, log } = root;
  // Asked for each job and each look: another product may have been connected meanwhile.
  const connect = () => connectProduct({ ctx: systemContext(root, "connector") });
  // Shadows of a proof that was killed; its job starts again from nothing.
  await rm(resolve(settings.SIDECAR_DATA_DIR, "prover", "work"), { recursive: true, force: true });
  const broker = openBroker(settings, log);
  const prover = systemContext(root, "prover");
  const executor = systemContext(root, "executor");
  const contact: ProductContact = { isKnown: false, fault: null };

  const relay = startRelay(root, broker);
  const proofs = startWorker(root, broker, {
    queue: "proofs",
    concurrency: 1,
    onDead: tellOfDeadJob(prover),
    handlers: { prove: proofHandler(prover, connect) },
    isPaused: async () => {
      const input = { productId: settings.DATA_PRODUCT_ID };
      return (
        (await isProductPaused({ ctx: prover, input })) || isProductBusy({ ctx: prover, input })
      );
    },
  });
  const operations = startWorker(root, broker, {
    queue: "operations",
    concurrency: OPERATIONS_AT_ONCE,
    onDead: tellOfDeadJob(executor),
    handlers: operationHandlers(executor, connect),
    isPaused: () =>
      isProductPaused({ ctx: executor, input: { productId: settings.DATA_PRODUCT_ID } }),
  });
  const sweeps = startSweeps(root, broker, createSweeps(root, { connect, contact }));
  const stopModelKeeper = startModelKeeper(systemContext(root, "model keeper"));
  const takers = [proofs, operations, sweeps];
  log.info({ product: settings.DATA_PRODUCT_ID, queue: broker.kind }, "prover started");

  return {
    status: () => {
      const isTaking = takers.every((taker) => taker.isReady());
      return statusOf({ isTaking, isHandingOver: relay.isReady(), contact });
    },
    async stop() {
      await stopFollowing();
      await Promise.all([stopModelKeeper(), relay.stop(), ...takers.map((taker) => taker.stop())]);
      await inferenceClientOf(root).close();
      await broker.close();
      await textReader().close();
    },
  };
}

/** A product that does not answer is its own fault: the prover is ready, and its check says so. */
function statusOf(seen: {
  isTaking: boolean;
  isHandingOver: boolean;
  contact: ProductContact;
}): ProcessStatus {
  const queue = seen.isHandingOver ? "Jobs are handed over." : "The queue does not answer.";
  const workers = seen.isTaking ? "Jobs are taken." : "Jobs are not taken yet.";
  const { fault, isKnown } = seen.contact;
  const parts = {
    queue: { is_ready: seen.isHandingOver, detail: queue },
    workers: { is_ready: seen.isTaking, detail: workers },
    product: {
      is_ready: true,
      detail: fault ?? (isKnown ? "Answered when last asked." : "Not asked by this process yet."),
    },
  };
  return { is_ready: Object.values(parts).every((part) => part.is_ready), parts };
}

runProcess("prover", startProver);
