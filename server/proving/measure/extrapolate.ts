import path from "node:path";
import type { Extrapolation, MeasuredEvidence } from "@/server/contracts";
import { deriveSeed, extrapolateGain, type ScaledQuery } from "@/server/statistics";
import { affectedReplays } from "./affected";
import { measurePairs, type PairedSamples, type Replay } from "./replay";
import type { MeasuringRoom } from "./room";
import {
  buildBaseline,
  buildCandidate,
  halveTables,
  isSampled,
  type LoadedTable,
  openSession,
} from "./shadow";
import type { ShadowVariant } from "./variants";

const PAIRS = 7;
/** Part of the budget that must be left to begin: four shadows are built and replayed. */
const TIME_SHARE = 0.1;

const MODEL =
  "time of a query = a + b × rows, drawn through its medians at each half of the sample and at all of it";

/**
 * What the changes gain on the whole tables, where only samples were measured: everything is built
 * and replayed once more on each half of the sample. null when nothing was sampled, or time is short.
 */
export async function extrapolate(
  room: MeasuringRoom,
  variant: ShadowVariant,
  evidence: MeasuredEvidence,
  untilMs: number,
): Promise<Extrapolation | null> {
  const hasTime = room.timer.elapsedMs() < untilMs - TIME_SHARE * room.input.secondsMax * 1000;
  if (!room.tables.some(isSampled) || !hasTime) return null;
  const halves = [
    await measureHalf(room, variant, 0, untilMs),
    await measureHalf(room, variant, 1, untilMs),
  ];
  const queries = evidence.queries.map((query): ScaledQuery => {
    const [first, second] = halves.map((half) =>
      half.find((one) => one.replay.query.pattern.fingerprint === query.fingerprint),
    );
    return {
      calls: query.calls,
      scale: scaleOf(room, first?.replay),
      halves: first && second ? [first, second] : [],
      full: { before: query.baseline.samples_ms, after: query.candidate.samples_ms },
    };
  });
  const seed = deriveSeed(room.input.seed, "extrapolate");
  const gain = extrapolateGain(queries, unchangedMs(room, evidence), { seed });
  return { model: MODEL, fitted_at: [0.5, 1], gain };
}

/**
 * Live time of queries that the changes cannot touch: they run on the whole tables. Of one that a
 * request brought and the product has not seen, the shadow's own time, as if it grew with the rows;
 * of one that was not replayed either, nothing is known.
 */
export function unchangedMs(
  room: Pick<MeasuringRoom, "replays" | "untouched" | "tables">,
  { queries }: Pick<MeasuredEvidence, "queries">,
): number {
  const replayed = new Set(queries.map((query) => query.fingerprint));
  const others = [
    ...room.replays.map((replay) => ({ ...replay.query, shadowMs: fullMs(room, replay) })),
    ...room.untouched.map((query) => ({ ...query, shadowMs: 0 })),
  ];
  return others
    .filter(({ pattern }) => !replayed.has(pattern.fingerprint))
    .reduce((sum, { pattern, shadowMs }) => {
      return sum + pattern.calls * (pattern.median_ms > 0 ? pattern.median_ms : shadowMs);
    }, 0);
}

const fullMs = (room: Pick<MeasuringRoom, "tables">, replay: Replay) =>
  replay.baselineMs * scaleOf(room, replay);

/** Of the query's sampled tables, the one that grows most. */
function scaleOf(room: Pick<MeasuringRoom, "tables">, replay: Replay | undefined): number {
  const names = replay?.query.shape.tables ?? [];
  const scales = room.tables
    .filter((loaded) => names.includes(loaded.table.name) && isSampled(loaded))
    .map(({ exported }) => exported.rowsTotal / Math.max(1, exported.rows));
  return Math.max(1, ...scales);
}

async function measureHalf(
  room: MeasuringRoom,
  variant: ShadowVariant,
  half: 0 | 1,
  untilMs: number,
): Promise<PairedSamples[]> {
  const { input, threads } = room;
  const { signal, workDir } = input;
  room.progress.report(
    "set",
    0.9 + 0.05 * half,
    `Measuring on half ${half + 1} of the sample, for the whole tables`,
  );
  const tables: LoadedTable[] = await halveTables(room.tables, { workDir, half, signal });
  const baselineFile = path.join(workDir, `half-${half}.duckdb`);
  const directories = [input.cacheDir, workDir].map((folder) => path.resolve(folder));
  const common = { threads, signal };
  await buildBaseline({
    ...common,
    file: baselineFile,
    directories,
    tables,
    views: input.schema.views,
    seed: input.seed,
    onTable: () => {},
    hasHeldRows: false,
  });
  const file = path.join(workDir, `half-${half}-set.duckdb`);
  const timeoutMs = Math.max(1, untilMs - room.timer.elapsedMs());
  const plan = input.compile(variant.changes);
  await buildCandidate({ ...common, file, baselineFile, plan, timeoutMs });
  return replayBoth(room, variant, { baselineFile, file, untilMs });
}

async function replayBoth(
  room: MeasuringRoom,
  variant: ShadowVariant,
  files: { baselineFile: string; file: string; untilMs: number },
): Promise<PairedSamples[]> {
  const { threads, input, timer } = room;
  const common = { threads, signal: input.signal };
  const baseline = await openSession({ ...common, file: files.baselineFile });
  try {
    const candidate = await openSession({ ...common, file: files.file });
    try {
      const sides = { before: [], after: variant.changes };
      return await measurePairs({
        baseline,
        candidate,
        replays: affectedReplays(room.replays, variant.changes, sides),
        ruleFor: () => ({
          ...{ pairsMin: PAIRS, pairsMax: PAIRS, gainMin: 0, regressionMin: 1, seed: input.seed },
        }),
        confirmMs: 0,
        isTimeUp: () => true,
        remainingMs: () => files.untilMs - timer.elapsedMs(),
        signal: input.signal,
        onPairs: () => {},
      });
    } finally {
      candidate.close();
    }
  } finally {
    baseline.close();
  }
}
