import { z } from "zod";
import { type EmergencyStop, ProductFaultCode } from "@/server/contracts";
import { isProductPaused } from "@/server/data-product";
import { formatCount, formatMs, formatPercent } from "@/server/format";
import { lastContact, type ProductContact } from "@/server/knowledge";
import { askStatus } from "@/server/models";
import { listProcesses, type ServiceContext, SILENCE_SECONDS_MAX } from "@/server/platform";
import { viewStop } from "@/server/policy";
import { measureQueue, type QueueLoad } from "@/server/queue";
import { judgeProofQueue } from "./judge-proof-queue";

export const HealthCheck = z.object({
  status: z.enum(["ok", "degraded", "down", "unknown"]),
  detail: z.string(),
  fault: ProductFaultCode.optional().describe("What is wrong with the data product, if anything."),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/** One running process: whether it can do its work, and what is wrong where it cannot. */
export const ProcessHealth = z.object({
  role: z.string(),
  pid: z.int(),
  status: z.enum(["ok", "degraded", "down"]),
  detail: z.string(),
});
export type ProcessHealth = z.infer<typeof ProcessHealth>;

type HealthContext = Pick<ServiceContext, "db" | "settings">;

/** A queued job older than this means that nobody takes jobs. */
const QUEUE_SECONDS_MAX = 60;
const DATABASE_MS_MAX = 1000;

/** Rejects when the database has not answered in time; the query itself is left to end. */
async function bounded<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("late")), DATABASE_MS_MAX);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Observed {
  product: ProductContact | null;
  /** By an administrator: that it is not observed is no fault. */
  isPaused: boolean;
  queue: QueueLoad;
  processes: ProcessHealth[];
  stop: EmergencyStop;
}

async function observe(ctx: HealthContext): Promise<Observed> {
  const product = await lastContact({ ctx });
  const isPaused = await isProductPaused({
    ctx,
    input: { productId: ctx.settings.DATA_PRODUCT_ID },
  });
  const queue = await measureQueue({ ctx });
  const stop = await viewStop({ db: ctx.db });
  const processes = (await listProcesses({ ctx })).map(judgeProcess);
  return { product, isPaused, queue, stop, processes };
}

/** Whole seconds, as minutes where there are many. */
const secondsText = (seconds: number): string =>
  seconds < 0.5 ? "0 s" : formatMs(1000 * Math.round(seconds));

function judgeProcess(process: Awaited<ReturnType<typeof listProcesses>>[number]): ProcessHealth {
  const { role, pid, silentSeconds, status } = process;
  if (silentSeconds > SILENCE_SECONDS_MAX) {
    const detail = `No sign of life for ${secondsText(silentSeconds)}.`;
    return { role, pid, status: "down", detail };
  }
  const faults = Object.entries(status.parts).filter(([, part]) => !part.is_ready);
  const detail = faults.map(([name, part]) => `${name}: ${part.detail}`).join(" ");
  return { role, pid, status: status.is_ready ? "ok" : "degraded", detail: detail || "Ready." };
}

function judgeProduct({ product, isPaused }: Observed, { settings }: HealthContext): HealthCheck {
  if (settings.DATA_PRODUCT_API === undefined) {
    return { status: "ok", detail: "No data product is attached; answers are estimates." };
  }
  if (isPaused) {
    const detail = "Paused by an administrator: not observed, tested or changed until resumed.";
    return { status: "ok", detail };
  }
  if (product === null) return { status: "unknown", detail: "Not observed yet." };
  const { ageSeconds, lastError, isSilent, faults } = product;
  const seen = ageSeconds === null ? "never seen" : `seen ${secondsText(ageSeconds)} ago`;
  const [fault, ...others] = faults;
  if (fault !== undefined) {
    const more = others.map(({ message }) => ` ${message}`).join("");
    const detail = `${fault.message}${more} Last observed: ${seen}.`;
    return { status: "degraded", detail, fault: fault.code };
  }
  if (lastError !== null || ageSeconds === null) {
    return { status: "degraded", detail: `Not reachable at the last observation; ${seen}.` };
  }
  return isSilent
    ? { status: "degraded", detail: `Observations have not come back: ${seen}.` }
    : { status: "ok", detail: `Reachable, ${seen}.` };
}

/** A workload that is not enough yet is no fault: it says what the first analysis waits for. */
function judgeWorkload(product: Observed["product"]): HealthCheck {
  const gathering = product?.gathering ?? null;
  if (gathering === null) return { status: "ok", detail: "No analysis waits for the workload." };
  const { share, missing } = gathering;
  const detail = `Gathering workload: ${formatPercent(share)}. Missing: ${missing.join("; ")}.`;
  return { status: "ok", detail };
}

/** One prover that can work is enough; the others' states are listed with the processes. */
function judgeProver({ queue, processes }: Observed, { settings }: HealthContext): HealthCheck {
  const { dueCount: queued, runningCount: running, oldestDueSeconds: oldestSeconds } = queue;
  const provers = processes.filter(({ role }) => role === "prover");
  const best =
    provers.find(({ status }) => status === "ok") ??
    provers.find(({ status }) => status === "degraded") ??
    provers[0];
  if (best !== undefined && best.status !== "ok") {
    return { status: "degraded", detail: `${best.detail} ${formatCount(queued)} waiting.` };
  }
  if (best === undefined && settings.DATA_PRODUCT_API !== undefined) {
    return { status: "degraded", detail: `No prover runs; ${formatCount(queued)} waiting.` };
  }
  const isStuck = oldestSeconds > QUEUE_SECONDS_MAX && running === 0;
  const oldest = queued === 0 ? "" : `, the oldest for ${secondsText(oldestSeconds)}`;
  return {
    status: isStuck ? "degraded" : "ok",
    detail: `${formatCount(running)} running, ${formatCount(queued)} waiting${oldest}.`,
  };
}

function judgeProofs(
  { queue: load, processes }: Observed,
  { settings }: HealthContext,
): HealthCheck {
  const isAble = ({ role, status }: ProcessHealth) => role === "prover" && status === "ok";
  return judgeProofQueue({
    load,
    provers: processes.filter(isAble).length,
    proofSecondsMax: settings.PROOF_SECONDS_MAX,
    waitSecondsMax: settings.PROOF_WAIT_SECONDS_WARN,
  });
}

/** Who stopped it, and why, is for people who are signed in. */
function judgeAutomation({ stop }: Observed): HealthCheck {
  if (stop.engaged_at === null) return { status: "ok", detail: "Not stopped." };
  const held = stop.held_count === 0 ? "" : ` ${formatCount(stop.held_count)} held.`;
  return {
    status: "degraded",
    detail: `Emergency stop since ${stop.engaged_at}: no execution and no automatic rollback begins.${held}`,
  };
}

async function judgeModel(ctx: HealthContext): Promise<HealthCheck> {
  const answer = await askStatus({ ctx });
  if (answer.state !== "up") {
    return { status: answer.state === "none" ? "ok" : "degraded", detail: answer.detail };
  }
  const { model, latency } = answer.status;
  const speed = latency.totalMs ? ` Median answer ${formatMs(latency.totalMs.p50)}.` : "";
  return { status: "ok", detail: `${model.name} answers.${speed}` };
}

/**
 * What is known now, within about a second; never throws. Details name the data product's address and what
 * is wrong with its answers, and nothing that it or an error said.
 */
export async function checkHealth({ ctx }: { ctx: HealthContext }): Promise<{
  checks: Record<string, HealthCheck>;
  processes: ProcessHealth[];
}> {
  const started = performance.now();
  const inference = await bounded(judgeModel(ctx)).catch((): HealthCheck => {
    return { status: "degraded", detail: "The model does not answer; rules alone advise." };
  });
  try {
    const observed = await bounded(observe(ctx));
    const ms = Math.round(performance.now() - started);
    const checks: Record<string, HealthCheck> = {
      database: { status: "ok", detail: `Answered in ${formatMs(ms)}.` },
      data_product: judgeProduct(observed, ctx),
      workload: judgeWorkload(observed.product),
      prover: judgeProver(observed, ctx),
      proof_queue: judgeProofs(observed, ctx),
      automation: judgeAutomation(observed),
      inference,
    };
    return { checks, processes: observed.processes };
  } catch {
    const unknown: HealthCheck = { status: "unknown", detail: "Needs the database." };
    const database: HealthCheck = { status: "down", detail: "No answer from the database." };
    const checks = {
      ...{ database, data_product: unknown, workload: unknown },
      ...{ prover: unknown, proof_queue: unknown, automation: unknown, inference },
    };
    return { checks, processes: [] };
  }
}
