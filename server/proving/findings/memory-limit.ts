import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import type { Replay } from "../measure/replay";
import { copyShadow, openSession, type Session } from "../measure/shadow";
import type { CheckContext, TableProfile } from "./check-context";
import { productFinding } from "./make-finding";

/** The shadow itself runs with 2 GB: a query that needs more cannot be judged here. */
const SHADOW_BYTES = 2e9;
/** Below this, what DuckDB needs at all weighs more than what a query needs. */
const LIMIT_BYTES_MIN = 32e6;
const QUERIES_MAX = 3;
/** Each query runs twice; one that does not fit into the time is skipped. */
const TOTAL_MS = 4000;
/** Time a query may take under the limit, as a multiple of its usual time. */
const SLOWER_MAX = 10;
/** Beside the measured peak, for what else runs. */
const HEADROOM = 1.25;

interface Trial {
  replay: Replay;
  limitBytes: number;
  /** Rows on the shadow as a share of the product's. */
  share: number;
  free: MemoryUse;
  /** null: it ran out of memory. */
  limited: MemoryUse | null;
}

/**
 * Runs the heaviest queries that hold rows in memory (joins, groups, orders) under the product's
 * memory limit, scaled by the share of rows that the shadow has: the memory of hash tables and
 * sorts grows with the rows.
 */
export async function checkMemoryLimit(context: CheckContext): Promise<Finding[]> {
  const productBytes = context.schema.resources?.memory_limit_bytes ?? 0;
  const heavy = heaviest(context.replays);
  if (productBytes === 0 || heavy.length === 0) return [];
  const file = path.join(context.workDir, "memory-limit.duckdb");
  const trials: Trial[] = [];
  try {
    await copyShadow(context.baselineFile, file);
    for (const replay of heavy) {
      const share = sampledShare(replay, context.profiles);
      const limitBytes = Math.floor(productBytes * share);
      if (limitBytes < LIMIT_BYTES_MIN || limitBytes > SHADOW_BYTES) continue;
      if (context.isTimeUp()) break;
      trials.push(await tryLimit(context, file, replay, { limitBytes, share }));
    }
  } finally {
    await rm(file, { force: true });
  }
  const short = trials.filter(({ limited }) => limited === null || limited.spilledBytes > 0);
  return short.length === 0 ? [] : [toFinding(context, productBytes, short)];
}

function heaviest(replays: readonly Replay[]): Replay[] {
  const sorted = replays
    .filter(({ query: { shape } }) => {
      return shape.joins.length > 0 || shape.groupBy.length > 0 || shape.orderBy.length > 0;
    })
    .sort((a, b) => b.baselineMs - a.baselineMs);
  let total = 0;
  return sorted.slice(0, QUERIES_MAX).filter((replay) => {
    const isFitting = total + 2 * replay.baselineMs <= TOTAL_MS;
    if (isFitting) total += 2 * replay.baselineMs;
    return isFitting;
  });
}

function sampledShare({ query }: Replay, profiles: readonly TableProfile[]): number {
  const used = profiles.filter(({ table }) => query.shape.tables.includes(table.name));
  return Math.min(1, ...used.map(({ rows, rowsTotal }) => rows / Math.max(1, rowsTotal)));
}

async function tryLimit(
  context: CheckContext,
  file: string,
  replay: Replay,
  { limitBytes, share }: { limitBytes: number; share: number },
): Promise<Trial> {
  const free = await runWith(context, file, replay, SHADOW_BYTES);
  try {
    const limited = await runWith(context, file, replay, limitBytes);
    return { replay, limitBytes, share, free, limited };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof Error && error.message.startsWith("Out of Memory"))) throw error;
    return { replay, limitBytes, share, free, limited: null };
  }
}

/** In a session of its own: peaks are counted since it was opened. */
async function runWith(
  { threads, signal }: CheckContext,
  file: string,
  replay: Replay,
  limitBytes: number,
): Promise<MemoryUse> {
  const prepare = [`SET memory_limit = '${limitBytes}B'`];
  const session = await openSession({ file, threads, signal, prepare });
  try {
    const sql = replay.texts[0] ?? replay.query.shape.sql;
    return await runProfiled(session, sql, Math.max(1000, SLOWER_MAX * replay.baselineMs));
  } finally {
    session.close();
  }
}

function toFinding(context: CheckContext, productBytes: number, trials: Trial[]): Finding {
  const failed = trials.filter(({ limited }) => limited === null).length;
  const spilledBytes = Math.max(...trials.map(({ limited }) => limited?.spilledBytes ?? 0));
  const worst = trials.find(({ limited }) => limited === null) ?? trials[0];
  const share = worst?.share ?? 1;
  const needed = Math.max(...trials.map(({ free, share }) => (HEADROOM * free.peakBytes) / share));
  const scaled =
    share < 1
      ? ` The shadow holds ${formatPercent(share)} of the rows, so the limit was scaled to ${megabytes(worst?.limitBytes ?? 0)}; that memory grows with the rows is assumed.`
      : "";
  const outcome =
    failed > 0
      ? `${formatPlural(failed, "query", "queries")} ran out of memory`
      : `${formatPlural(trials.length, "query", "queries")} wrote up to ${megabytes(spilledBytes)} to disk`;
  return productFinding(context.profiles, {
    kind: "memory_limit",
    severity: failed > 0 ? "critical" : "warning",
    title: `${outcome} under the product's memory limit`,
    detail: `The heaviest queries were run alone under memory_limit ${megabytes(productBytes)}: ${outcome}.${scaled} ${timesText(trials)} Queries that run at the same time share the limit.`,
    values: {
      memory_limit_bytes: productBytes,
      tried_limit_bytes: worst?.limitBytes ?? 0,
      peak_bytes: Math.max(...trials.map(({ free }) => free.peakBytes)),
      spilled_bytes: spilledBytes,
      failed_queries: failed,
    },
    remedy: `Give DuckDB about ${megabytes(needed)} (measured peak without the limit, with a quarter to spare) where the machine has it.`,
    sql: `SET GLOBAL memory_limit = '${Math.ceil(needed / 1e6)}MB';`,
  });
}

function timesText(trials: readonly Trial[]): string {
  return trials
    .map(({ replay, free, limited }) => {
      const name = `Query ${replay.query.shape.fingerprint}`;
      const under =
        limited === null ? "none under the limit" : `${formatCount(limited.ms)} ms under it`;
      return `${name} took ${formatCount(free.ms)} ms without the limit, ${under}.`;
    })
    .join(" ");
}

const megabytes = (bytes: number) => `${formatCount(bytes / 1e6)} MB`;

const Profile = z.object({
  latency: z.number(),
  system_peak_buffer_memory: z.number(),
  system_peak_temp_dir_size: z.number(),
});

interface MemoryUse {
  ms: number;
  peakBytes: number;
  /** Written to the temporary folder because memory was short. */
  spilledBytes: number;
}

/** Runs a query under DuckDB's profiler. Throws what the session throws (out of memory too). */
async function runProfiled(session: Session, sql: string, timeoutMs: number): Promise<MemoryUse> {
  const [row] = await session.rows(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`, timeoutMs);
  const profile = Profile.parse(JSON.parse(String(row?.[1])));
  return {
    ms: profile.latency * 1000,
    peakBytes: profile.system_peak_buffer_memory,
    spilledBytes: profile.system_peak_temp_dir_size,
  };
}
