import { AppError } from "@/server/platform";
import {
  comparePairs,
  hasEnoughPairs,
  LOSS_PAIRS_MIN,
  lowerConfidenceGain,
  type StoppingRule,
} from "@/server/statistics";
import type { Session } from "../shadow";
import type { Replay } from "./prepare-replay";
import { timeCandidate } from "./query-failure";

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
  /** The baseline ran every text before: only the candidate's side is cold. */
  isBaselineWarm?: boolean;
  /** Cheapest first. Those not related get more than the minimum only when they seem to lose. */
  replays: ReplayedPair[];
  /** When a query is decided; each has its own. */
  ruleFor(replay: Replay): StoppingRule;
  /** Time for a second look at queries that seem to lose, or to gain little. */
  confirmMs: number;
  /** No further pairs once this is true and every query has its minimum. */
  isTimeUp(): boolean;
  /** ms until all must have ended: nothing begins later, and what runs longer is stopped. */
  remainingMs(): number;
  signal: AbortSignal;
  onPairs(replay: Replay, pairs: number): void;
}

const BATCH_PAIRS = 5;
/** So near to the gain that matters, as a part of it, an interval is looked at again. */
const NEAR = 0.3;
/** A second look takes up to so many times the pairs of the first, where they are cheap. */
const CONFIRM_TIMES = 4;
/** A loss so many times the one that matters is plain. */
const PLAIN_LOSS = 4;
/**
 * As many parameter sets are warmed up as fit in this; the first ones ran on both sides already,
 * when their results were compared.
 */
const WARM_UP_MS = 60;

/**
 * Replays every query on both sides in pairs, alternating which side goes first, after one
 * warm-up on each side that is cold. Every query gets the minimum; then rounds give more to those whose
 * interval has not decided, until all have or the time is up.
 * Throws AppError `timeout` when a query has no time for its minimum, QueryFailure when one fails
 * on the candidate's side.
 */
export async function measurePairs(request: PairsRequest): Promise<PairedSamples[]> {
  const samples: PairedSamples[] = request.replays.map((one) => ({
    ...one,
    before: [],
    after: [],
  }));
  for (const one of samples) {
    await warmUp(request, one);
    const { pairsMin } = request.ruleFor(one.replay);
    while (one.before.length < pairsMin) {
      assertTime(request);
      await addPair(request, one);
    }
  }
  const hasTime = () => !request.isTimeUp() && request.remainingMs() > 0;
  let open: PairedSamples[] = samples;
  while (open.length > 0 && hasTime()) {
    open = open.filter((one) => !isDecided(one, request.ruleFor(one.replay)));
    for (const one of open) {
      if (hasTime()) await addPairs(request, one, BATCH_PAIRS);
    }
  }
  const doubtful = samples.filter((one) => isDoubtful(one, request.ruleFor(one.replay)));
  for (const one of doubtful) await confirm(request, one, request.confirmMs / doubtful.length);
  return samples;
}

function assertTime({ remainingMs }: PairsRequest): void {
  if (remainingMs() <= 0) throw new AppError("timeout", "the time for measuring ended");
}

/**
 * A loss rejects a candidate by itself, a gain of one query accepts it, and noise of a busy machine
 * comes in stretches: what seems to lose, or to gain what matters without being sure of it, is
 * replayed again, later, as often as is cheap, and judged on all its pairs.
 */
async function confirm(request: PairsRequest, one: PairedSamples, timeMs: number): Promise<void> {
  const affordable = Math.floor(timeMs / (2 * Math.max(one.replay.baselineMs, 0.1)));
  const { pairsMax } = request.ruleFor(one.replay);
  const count = Math.min(CONFIRM_TIMES * pairsMax, Math.max(BATCH_PAIRS, affordable));
  await addPairs(request, one, count);
}

/**
 * It seems to lose (a loss of several times what matters needs no second look), or to gain about as
 * much as decides over the change by itself, or more, but not surely.
 */
function isDoubtful({ before, after, isRelated }: PairedSamples, rule: StoppingRule): boolean {
  const { gainMin, regressionMin, seed } = rule;
  const { gain } = comparePairs(before, after, { seed, resamples: 300 });
  const isPlain = before.length >= LOSS_PAIRS_MIN && gain.high < -PLAIN_LOSS * regressionMin;
  if (gain.high < 0 && gain.value < -regressionMin && !isPlain) return true;
  if (!isRelated || gain.low <= 0 || gain.high <= gainMin * (1 - NEAR)) return false;
  if (gain.low < gainMin * (1 + NEAR)) return true;
  return (
    lowerConfidenceGain(comparePairs(before, after, { seed, level: 0.99, resamples: 300 }).gain) <
    gainMin
  );
}

function isDecided({ before, after, isRelated }: PairedSamples, rule: StoppingRule): boolean {
  if (hasEnoughPairs(before, after, rule)) return true;
  return (
    !isRelated &&
    comparePairs(before, after, { seed: 1, resamples: 1 }).gain.value > -rule.regressionMin
  );
}

async function warmUp(request: PairsRequest, one: ReplayedPair): Promise<void> {
  const affordable = Math.floor(WARM_UP_MS / Math.max(one.replay.baselineMs, 0.1));
  for (const [index, text] of one.textsBefore.slice(0, affordable).entries()) {
    assertTime(request);
    if (!request.isBaselineWarm) await request.baseline.time(text);
    await timeCandidate(request, one.replay, one.textsAfter[index] ?? text);
  }
}

/** Pairs beyond the minimum, while there is time: what was measured is never lost for them. */
async function addPairs(request: PairsRequest, one: PairedSamples, count: number): Promise<void> {
  for (let added = 0; added < count && request.remainingMs() > 0; added++) {
    await addPair(request, one);
  }
}

async function addPair(request: PairsRequest, one: PairedSamples): Promise<void> {
  const { textsBefore, textsAfter, replay } = one;
  const pair = one.before.length;
  const text = textsBefore[pair % textsBefore.length] ?? replay.query.shape.sql;
  const textAfter = textsAfter[pair % textsAfter.length] ?? text;
  if (pair % 2 === 0) {
    const before = await request.baseline.time(text);
    one.after.push(await timeCandidate(request, replay, textAfter));
    one.before.push(before);
  } else {
    const after = await timeCandidate(request, replay, textAfter);
    one.before.push(await request.baseline.time(text));
    one.after.push(after);
  }
  request.onPairs(replay, one.before.length);
}
