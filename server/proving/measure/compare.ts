import type { Change, MeasuredEvidence } from "@/server/contracts";
import { deriveSeed } from "@/server/statistics";
import { type ResidualTime, type TimedQuery, totalTimeMs, type WeighedInserts } from "../gain";
import type { StoppingThresholds, TimeLimits } from "../search";
import { affectedReplays } from "./affected";
import { checkResults, describeFailure } from "./check-results";
import { buildEvidence } from "./evidence";
import { measureInserts } from "./inserts";
import {
  failureOf,
  measurePairs,
  type PairedSamples,
  type PlanProfile,
  QueryFailure,
  type Replay,
  type ReplayedPair,
  readProfile,
} from "./replay";
import type { MeasuringRoom } from "./room";
import { openSession, type Session } from "./shadow";
import type { ShadowVariant } from "./variants";
import { openWriteSides, type WriteSides } from "./writes/measure-writes";

const PAIRS_MAX = 40;
/** Share of the time budget for measuring again what is doubtful in one measurement. */
const CONFIRM_SHARE = 0.03;

/** When a query has been timed often enough, as judge and search need it. */
export interface SamplingRules {
  /** Least number of pairs of every query, even when time is short. */
  pairsMin: number;
  /** Gain (0..1) that decides over a query with this share (0..1) of the workload's time. */
  queryGainRequired(share: number, gainMin: number): number;
}

export interface Comparison {
  title: string;
  before: ShadowVariant;
  after: ShadowVariant;
  /** Changes by which the two differ. */
  judged: Change[];
  /** What `before` leaves of the queries' unchanged times. */
  residual: ResidualTime;
  /** Insert costs under `before`: those of tables that no judged change touches stay. */
  inserts: readonly WeighedInserts[];
  limits: TimeLimits;
  stopping: StoppingThresholds;
  rules: SamplingRules;
  onPair(message: string): void;
}

type Compared =
  | { evidence: MeasuredEvidence; inserts: WeighedInserts[] }
  /** Rows or columns differ, or a query that worked before fails now: a sentence. */
  | { difference: string };

/**
 * Compares two variants of the shadow: results first, then pairs, rows scanned and inserts. Throws
 * AppError `timeout` when the least number of pairs does not fit, DuckDbError, the signal's reason.
 */
export async function compareVariants(
  room: MeasuringRoom,
  comparison: Comparison,
): Promise<Compared> {
  const startedMs = performance.now();
  const { before, after, judged, limits, residual } = comparison;
  const changes = { before: before.changes, after: after.changes };
  const affected = affectedReplays(room.replays, judged, changes, room.input);
  const sides = await openSides(room, before, after);
  let writes: WriteSides | null = null;
  try {
    const remainingMs = () => limits.untilMs - room.timer.elapsedMs();
    const session = sides.after;
    const checked = { session, changes: after.changes, pairs: affected, remainingMs };
    const check = await checkResults(room, checked);
    if (check.difference !== null) {
      return { difference: `Not the same data: ${check.difference}.` };
    }
    if (check.failure !== null) return { difference: `A query stops working: ${check.failure}.` };
    writes = await openWriteSides(room, { before, after }, judged);
    const broken = await writes?.findBroken();
    if (broken) return { difference: `A write of the workload stops working: ${broken}.` };
    // A parameter set whose results were not compared may be the one that fails.
    const taken = await failureOf(async () => {
      const samples = await samplePairs(room, comparison, sides, affected);
      return { samples, profiles: await profileAll(session, samples) };
    });
    const written = await failureOf(() => sampleWrites(room, comparison, writes));
    if (taken instanceof QueryFailure) {
      return { difference: `A query stops working: ${describeFailure(taken)}.` };
    }
    if (written instanceof QueryFailure) {
      return { difference: `A write of the workload stops working: ${describeFailure(written)}.` };
    }
    sides.close();
    const inserts = await measureInserts(room, after, judged, comparison.inserts);
    const durationMs = performance.now() - startedMs;
    const samples = [...taken.samples, ...written.samples];
    const profiles = new Map([...taken.profiles, ...written.profiles]);
    const measured = { samples, profiles, check, inserts, durationMs, residual };
    return { evidence: buildEvidence(room, after, measured), inserts };
  } finally {
    sides.close();
    await writes?.close();
  }
}

/** Writes that find the rows they change, on copies of both sides. */
async function sampleWrites(
  room: MeasuringRoom,
  comparison: Comparison,
  writes: WriteSides | null,
): Promise<{ samples: PairedSamples[]; profiles: Map<Replay, PlanProfile> }> {
  if (writes === null) return { samples: [], profiles: new Map() };
  const samples = await writes.sample((sides, pairs) =>
    samplePairs(room, comparison, sides, pairs),
  );
  return { samples, profiles: await writes.profile(samples) };
}

interface Sides {
  before: Session;
  after: Session;
  close(): void;
}

/** Where only texts differ, both sides are one database. */
async function openSides(
  room: MeasuringRoom,
  before: ShadowVariant,
  after: ShadowVariant,
): Promise<Sides> {
  const opened: Session[] = [];
  const close = () => {
    for (const session of opened.splice(0)) session.close();
  };
  const open = async ({ file }: ShadowVariant) => {
    const session = await openSession({ file, threads: room.threads, signal: room.input.signal });
    opened.push(session);
    return session;
  };
  try {
    const isUnchanged = before.file === room.baselineFile;
    const reference = isUnchanged ? room.baseline : await open(before);
    const isShared = after.file === before.file && !isUnchanged;
    return { before: reference, after: isShared ? reference : await open(after), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Replays the affected queries in pairs until they are decided, or the time for it ends. */
function samplePairs(
  room: MeasuringRoom,
  { title, residual, limits, stopping, rules, onPair }: Comparison,
  sides: Pick<Sides, "before" | "after">,
  affected: ReplayedPair[],
): Promise<PairedSamples[]> {
  const { timer, input } = room;
  const totalMs = totalTimeMs(room.workload.replayed, residual);
  const replays = affected.map((one) => one.replay);
  let extraUntilMs: number | undefined;
  return measurePairs({
    baseline: sides.before,
    candidate: sides.after,
    // The unchanged workload ran there, at the proof's beginning and for every candidate since.
    isBaselineWarm: sides.before === room.baseline,
    replays: affected,
    ruleFor: (replay) => ({
      pairsMin: rules.pairsMin,
      pairsMax: PAIRS_MAX,
      gainMin: rules.queryGainRequired(
        totalTimeMs([timed(replay)], residual) / totalMs,
        stopping.gainMin,
      ),
      regressionMin: stopping.regressionMin,
      seed: deriveSeed(input.seed, title),
    }),
    confirmMs: CONFIRM_SHARE * input.secondsMax * 1000,
    // First asked when every query has its minimum.
    isTimeUp: () => {
      extraUntilMs ??= timer.elapsedMs() + limits.extraMs;
      return timer.elapsedMs() > extraUntilMs;
    },
    remainingMs: () => limits.untilMs - timer.elapsedMs(),
    signal: input.signal,
    onPairs: (replay, pairs) => {
      const which = `query ${replays.indexOf(replay) + 1} of ${replays.length}`;
      onPair(`Measuring ${title}: pair ${pairs} of ${which}`);
    },
  });
}

function timed({ baselineMs, query: { pattern } }: Replay): TimedQuery {
  return { fingerprint: pattern.fingerprint, calls: pattern.calls, baselineMs };
}

async function profileAll(
  session: Session,
  samples: PairedSamples[],
): Promise<Map<Replay, PlanProfile>> {
  const profiles = new Map<Replay, PlanProfile>();
  for (const { replay, textsAfter } of samples) {
    const text = textsAfter[0] ?? replay.query.shape.sql;
    profiles.set(replay, await readProfile(session, text));
  }
  return profiles;
}
