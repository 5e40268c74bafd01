import { kindOf } from "@/server/advisor";
import type { InsertCost, Interval, MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { createRandom, deriveSeed, drawNormal } from "@/server/statistics";
import { type CostModel, netGain, type WeighedInserts } from "../../gain";
import type { Member, StepResult } from "../state";
import { overheadOf, ratioOf, type World } from "./world";

/** How well a simulated machine measures. */
export interface Noise {
  /** Standard deviation of a query's log time ratio. */
  sd: number;
  /** Chance that a measurement falls into a stretch in which the machine is busy with other work. */
  busy: number;
}

const INSERT_SHARE = 0.05;
export const COSTS: CostModel = { storage: 0.02, write: 1, readShare: 1 - INSERT_SHARE };
const PAIRS = 12;
const BETWEEN_RUNS_SD = 0.007;
const BUSY_SD = 0.2;

/** What measuring one set against another comes to; the same measurement gives the same answer. */
export function simulateMeasurement(
  world: World,
  sides: { base: readonly Member[]; target: readonly Member[]; judged: readonly Member[] },
  { noise, seed }: { noise: Noise; seed: number },
): StepResult & { kind: "measured" } {
  const [base, target] = [sides.base.map(({ id }) => id), sides.target.map(({ id }) => id)];
  const random = createRandom(deriveSeed(seed, `${[...base].sort()} > ${[...target].sort()}`));
  const isBusy = random() < noise.busy;
  const sd = isBusy ? BUSY_SD : noise.sd;
  const shared = drawNormal(random) * (isBusy ? BUSY_SD : noise.sd > 0 ? BETWEEN_RUNS_SD : 0);
  const touched = world.queries.filter(({ fingerprint }) =>
    sides.judged.some(
      ({ id, candidate }) =>
        world.effects.get(id)?.has(fingerprint) ||
        candidate.targeted_fingerprints.includes(fingerprint),
    ),
  );
  const queries = touched.map((query) => {
    const before = query.baselineMs * ratioOf(world, base, query.fingerprint);
    const ratio =
      ratioOf(world, target, query.fingerprint) / ratioOf(world, base, query.fingerprint);
    const log = Math.log(ratio) + sd * drawNormal(random) + shared;
    return queryOf(query, sides.target, { before, log, sd: Math.max(sd, 0.002) });
  });
  const workload = workloadOf(world, base, queries, Math.max(sd, 0.002));
  const overhead = overheadOf(world, target);
  const inserts = insertsOf(sides.target);
  const durationMs = queries.reduce(
    (sum, one) => sum + PAIRS * (one.baseline.median_ms + one.candidate.median_ms),
    30,
  );
  const evidence: MeasuredEvidence = {
    ...FIXED,
    workload,
    queries,
    duration_ms: durationMs,
    build_ms: sides.judged.reduce((sum, { id }) => sum + (world.buildMs.get(id) ?? 0), 0),
    storage: { baseline_bytes: 1e8, candidate_bytes: 1e8 * (1 + overhead), overhead },
    insert_cost: inserts[0]?.cost ?? null,
    net_gain: netGain(workload.gain.value, overhead, inserts, COSTS),
  };
  return { kind: "measured", evidence, inserts, baseOverhead: overheadOf(world, base) };
}

const FIXED = {
  basis: "measured" as const,
  measured_at: "2026-01-01T00:00:00.000Z",
  ...{
    seed: 1,
    duckdb_version: "simulated",
    threads: 1,
    data_version: "1",
    schema_fingerprint: "1",
  },
  sample: [],
  results_equal: true,
};

function queryOf(
  { fingerprint, calls }: World["queries"][number],
  target: readonly Member[],
  { before, log, sd }: { before: number; log: number; sd: number },
): QueryEvidence {
  const side = (ms: number) => ({ samples_ms: [], median_ms: ms, p95_ms: ms });
  const interval = (z: number): Interval => ({
    value: 1 - Math.exp(log),
    low: 1 - Math.exp(log + z * sd),
    high: 1 - Math.exp(log - z * sd),
  });
  return {
    fingerprint,
    sql: fingerprint,
    calls,
    is_targeted: target.some(({ candidate }) =>
      candidate.targeted_fingerprints.includes(fingerprint),
    ),
    baseline: side(before),
    candidate: side(before * Math.exp(log)),
    pairs: PAIRS,
    gain: interval(1.96),
    gain_99: interval(2.576),
    rows_scanned: { baseline: 1, candidate: 1 },
    results_equal: true,
  };
}

function workloadOf(
  world: World,
  base: readonly string[],
  queries: readonly QueryEvidence[],
  sd: number,
): MeasuredEvidence["workload"] {
  const baselineMs = world.queries.reduce(
    (sum, one) => sum + one.calls * one.baselineMs * ratioOf(world, base, one.fingerprint),
    0,
  );
  const after = queries.map(({ calls, candidate }) => (calls * candidate.median_ms) / baselineMs);
  const value = queries.reduce(
    (sum, { calls, baseline, candidate }) =>
      sum + (calls * (baseline.median_ms - candidate.median_ms)) / baselineMs,
    0,
  );
  const own = Math.hypot(...after.map((share) => share * sd));
  const common = 0.02 * after.reduce((sum, share) => sum + share, 0);
  const width = 1.96 * Math.hypot(own, common);
  return {
    baseline_ms: baselineMs,
    candidate_ms: baselineMs * (1 - value),
    gain: { value, low: value - width, high: value + width },
    patterns: world.queries.length,
    not_replayed: [],
  };
}

/** Each index slows inserts by a quarter; without one they are faster. */
function insertsOf(members: readonly Member[]): WeighedInserts[] {
  const ratio = insertRatio(members.map(({ candidate }) => candidate));
  if (ratio === 1) return [];
  const gain = { value: 1 - ratio, low: 1 - ratio - 0.05, high: 1 - ratio + 0.05 };
  const cost: InsertCost = { rows: 1000, baseline_ms: 5, candidate_ms: 5 * ratio, ratio, gain };
  return [{ cost, timeShare: INSERT_SHARE }];
}

function insertRatio(candidates: readonly Member["candidate"][]): number {
  return candidates.reduce((ratio, { change }) => {
    if (kindOf(change).isRemoval) return ratio - 0.2;
    return change.kind === "add_index" ? ratio + 0.25 : ratio;
  }, 1);
}

/** What a set is worth, exactly: its gain less its costs. */
export function trueNetGain(
  world: World,
  members: readonly Member["candidate"][],
  gain: number,
): number {
  const ratio = insertRatio(members);
  const ids = members.map(({ candidate_id }) => candidate_id);
  const { readShare, storage } = COSTS;
  return readShare * gain - INSERT_SHARE * (ratio - 1) - storage * overheadOf(world, ids);
}
