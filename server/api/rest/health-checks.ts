import { sql } from "drizzle-orm";
import { z } from "zod";
import { dataProducts, heartbeats, jobs } from "@/drizzle/schema";
import { askStatus } from "@/server/models";
import { type Database, env } from "@/server/platform";

export const HealthCheck = z.object({
  status: z.enum(["ok", "degraded", "down", "unknown"]),
  detail: z.string(),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

/** A queued job older than this means that nobody takes jobs. */
const QUEUE_SECONDS_MAX = 60;
/** The prover beats every 5 s; after this much silence it is taken for dead. */
const SILENCE_SECONDS_MAX = 30;
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
  product: { ageSeconds: number | null; lastError: string | null } | undefined;
  queue: { queued: number; running: number; oldestSeconds: number };
  /** Since the prover's last sign of life; undefined when there never was one. */
  silentSeconds: number | undefined;
}

async function observe(db: Database): Promise<Observed> {
  const [product] = await db
    .select({
      ageSeconds: sql<
        number | null
      >`extract(epoch from now() - ${dataProducts.lastSeenAt})::float8`,
      lastError: dataProducts.lastError,
    })
    .from(dataProducts)
    .where(sql`${dataProducts.productId} = ${env().DATA_PRODUCT_ID}`);
  const isDue = sql`${jobs.state} = 'queued' and ${jobs.runAt} <= now()`;
  const [queue] = await db
    .select({
      queued: sql<number>`count(*) filter (where ${isDue})::int`,
      running: sql<number>`count(*) filter (where ${jobs.leaseUntil} > now())::int`,
      oldestSeconds: sql<number>`coalesce(extract(epoch from now() - min(${jobs.runAt}) filter (where ${isDue})), 0)::float8`,
    })
    .from(jobs);
  const [beat] = await db
    .select({ seconds: sql<number>`extract(epoch from now() - ${heartbeats.at})::float8` })
    .from(heartbeats)
    .where(sql`${heartbeats.role} = 'prover'`);
  return {
    product,
    queue: queue ?? { queued: 0, running: 0, oldestSeconds: 0 },
    silentSeconds: beat?.seconds,
  };
}

function judgeProduct(product: Observed["product"]): HealthCheck {
  if (env().DATA_PRODUCT_API === undefined) {
    return { status: "ok", detail: "No data product is attached; answers are estimates." };
  }
  if (product === undefined) return { status: "unknown", detail: "Not observed yet." };
  const { ageSeconds, lastError } = product;
  const seen = ageSeconds === null ? "never seen" : `seen ${Math.round(ageSeconds)} s ago`;
  return lastError === null && ageSeconds !== null
    ? { status: "ok", detail: `Reachable, ${seen}.` }
    : { status: "degraded", detail: `Not reachable at the last observation; ${seen}.` };
}

function judgeProver({ queue, silentSeconds }: Observed): HealthCheck {
  const { queued, running, oldestSeconds } = queue;
  if (silentSeconds !== undefined && silentSeconds > SILENCE_SECONDS_MAX) {
    const detail = `No sign of life for ${Math.round(silentSeconds)} s; ${queued} waiting.`;
    return { status: "degraded", detail };
  }
  const isStuck = oldestSeconds > QUEUE_SECONDS_MAX && running === 0;
  return {
    status: isStuck ? "degraded" : "ok",
    detail: `${running} running, ${queued} waiting, the oldest for ${Math.round(oldestSeconds)} s.`,
  };
}

async function judgeModel(): Promise<HealthCheck> {
  const answer = await askStatus();
  if (answer.state !== "up") {
    return { status: answer.state === "none" ? "ok" : "degraded", detail: answer.detail };
  }
  const { model, latency } = answer.status;
  const speed = latency.totalMs ? ` Median answer ${Math.round(latency.totalMs.p50)} ms.` : "";
  return { status: "ok", detail: `${model.name} answers.${speed}` };
}

/** What is known now, within about a second; never throws. Details name no address and no error. */
export async function checkHealth(db: Database): Promise<Record<string, HealthCheck>> {
  const started = performance.now();
  const inference = await bounded(judgeModel()).catch((): HealthCheck => {
    return { status: "degraded", detail: "The model does not answer; rules alone advise." };
  });
  try {
    const observed = await bounded(observe(db));
    const ms = Math.round(performance.now() - started);
    return {
      database: { status: "ok", detail: `Answered in ${ms} ms.` },
      data_product: judgeProduct(observed.product),
      prover: judgeProver(observed),
      inference,
    };
  } catch {
    const unknown: HealthCheck = { status: "unknown", detail: "Needs the database." };
    const database: HealthCheck = { status: "down", detail: "No answer from the database." };
    return { database, data_product: unknown, prover: unknown, inference };
  }
}
