import type { Session } from "../shadow";
import { comparePairs, hasEnoughPairs, type StoppingRule } from "../statistics";
import type { Replay } from "./prepare-replay";

/** One query on both sides, with its texts there (a change may rewrite it). */
export interface ReplayedPair {
  replay: Replay;
  isRelated: boolean;
  textsBefore: string[];
  textsAfter: string[];
}

/** A query that both sides run by the same text. */
export function sameText(replay: Replay): ReplayedPair {
  return { replay, isRelated: true, textsBefore: replay.texts, textsAfter: replay.texts };
}

/** Interleaved samples of one query, ms; equal length, same parameters at the same place. */
export interface PairedSamples extends ReplayedPair {
  before: number[];
  after: number[];
}

export interface PairsRequest {
  baseline: Session;
  candidate: Session;
  /** Cheapest first. Those not related get more than the minimum only when they seem to lose. */
  replays: ReplayedPair[];
  rule: StoppingRule;
  /** Time for a second look at queries that seem to lose, or to gain little. */
  confirmMs: number;
  /** No further pairs once this is true and every query has its minimum. */
  isTimeUp(): boolean;
  /** Throws when even the minimum does not fit any more. */
  assertTime(): void;
  onPairs(replay: Replay, pairs: number): void;
}

const BATCH_PAIRS = 5;
/**
 * As many parameter sets are warmed up as fit in this; the first ones ran on both sides already,
 * when their results were compared.
 */
const WARM_UP_MS = 60;

/**
 * Replays every query on both sides in pairs, alternating which side goes first, after one
 * warm-up on each side. Every query gets the minimum; then rounds give more to those whose
 * interval has not decided, until all have or the time is up.
 */
export async function measurePairs(request: PairsRequest): Promise<PairedSamples[]> {
  const samples: PairedSamples[] = request.replays.map((one) => ({
    ...one,
    before: [],
    after: [],
  }));
  for (const one of samples) {
    await warmUp(request, one);
    await addPairs(request, one, request.rule.pairsMin);
  }
  let open: PairedSamples[] = samples;
  while (open.length > 0 && !request.isTimeUp()) {
    open = open.filter((one) => !isDecided(one, request.rule));
    for (const one of open) {
      if (!request.isTimeUp()) await addPairs(request, one, BATCH_PAIRS);
    }
  }
  const doubtful = samples.filter(
    (one) => seemsToLose(one, request.rule) || seemsToGainLittle(one, request.rule),
  );
  for (const one of doubtful) await confirm(request, one, request.confirmMs / doubtful.length);
  return samples;
}

/**
 * A loss rejects a candidate by itself, a gain of one query accepts it, and noise of a busy machine
 * comes in stretches: what seems to lose, or to gain hardly more than what matters, is replayed
 * again, later, as often as is cheap, and judged on all its pairs.
 */
async function confirm(request: PairsRequest, one: PairedSamples, timeMs: number): Promise<void> {
  const affordable = Math.floor(timeMs / (2 * Math.max(one.replay.baselineMs, 0.1)));
  const count = Math.min(request.rule.pairsMax, Math.max(BATCH_PAIRS, affordable));
  await addPairs(request, one, count);
}

function seemsToGainLittle(one: PairedSamples, rule: StoppingRule): boolean {
  if (!one.isRelated) return false;
  const { gain } = comparePairs(one.before, one.after, { seed: rule.seed, resamples: 300 });
  return gain.low > 0 && gain.value >= rule.gainMin / 2 && gain.low < 2 * rule.gainMin;
}

function seemsToLose({ before, after }: PairedSamples, rule: StoppingRule): boolean {
  const { gain } = comparePairs(before, after, { seed: rule.seed, resamples: 300 });
  return gain.high < 0 && gain.value < -rule.lossMin;
}

function isDecided({ before, after, isRelated }: PairedSamples, rule: StoppingRule): boolean {
  if (hasEnoughPairs(before, after, rule)) return true;
  return (
    !isRelated && comparePairs(before, after, { seed: 1, resamples: 1 }).gain.value > -rule.lossMin
  );
}

async function warmUp({ baseline, candidate, assertTime }: PairsRequest, one: ReplayedPair) {
  const affordable = Math.floor(WARM_UP_MS / Math.max(one.replay.baselineMs, 0.1));
  for (const [index, text] of one.textsBefore.slice(0, affordable).entries()) {
    assertTime();
    await baseline.time(text);
    await candidate.time(one.textsAfter[index] ?? text);
  }
}

async function addPairs(request: PairsRequest, one: PairedSamples, count: number): Promise<void> {
  const { textsBefore, textsAfter, replay } = one;
  for (let added = 0; added < count; added++) {
    request.assertTime();
    const pair = one.before.length;
    const text = textsBefore[pair % textsBefore.length] ?? replay.query.shape.sql;
    const textAfter = textsAfter[pair % textsAfter.length] ?? text;
    if (pair % 2 === 0) {
      one.before.push(await request.baseline.time(text));
      one.after.push(await request.candidate.time(textAfter));
    } else {
      const after = await request.candidate.time(textAfter);
      one.before.push(await request.baseline.time(text));
      one.after.push(after);
    }
    request.onPairs(one.replay, one.before.length);
  }
}
