import { createRandom } from "@/server/statistics";
import type { Copy } from "./copy";
import { type ReplayedQuery, textFor } from "./replayed-query";

/** Latencies, ms: by copy's name, then by fingerprint, one a round; equal rounds pair up. */
export type Samples = Map<string, Map<string, number[]>>;

export interface RoundsOptions {
  secondsMax: number;
  /** Rounds every cheap query gets, whatever the time. */
  roundsMin: number;
  roundsMax: number;
}

/** A query whose minimum of rounds takes longer than this times its share of the time is dear. */
const DEAR = 3;
const ROUNDS_DEAR = 5;
const SEED = 1;

/**
 * Runs every query on all copies, in another random order each round (seeded), parameter sets in
 * turn: drift of the machine meets all copies alike, and so does what the copy before left in the
 * processor's caches. One pass over the sets before it warms every copy up.
 */
export async function measureRounds(
  copies: Copy[],
  queries: ReplayedQuery[],
  options: RoundsOptions,
): Promise<Samples> {
  const samples: Samples = new Map(copies.map((copy) => [copy.name, new Map()]));
  const rounds = new Map<string, number>();
  const shareMs = (options.secondsMax * 1000) / queries.length;
  for (const query of queries) {
    rounds.set(query.fingerprint, roundsFor(await warmUp(copies, query), shareMs, options));
  }
  const random = createRandom(SEED);
  for (let round = 0; round < Math.max(...rounds.values()); round++) {
    for (const query of queries) {
      if (round >= (rounds.get(query.fingerprint) ?? 0)) continue;
      for (const copy of shuffled(copies, random)) {
        const ms = await copy.time(textFor(copy, query, round));
        const byQuery = samples.get(copy.name);
        byQuery?.set(query.fingerprint, [...(byQuery.get(query.fingerprint) ?? []), ms]);
      }
    }
  }
  return samples;
}

/** Fisher and Yates. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const left = [...values];
  return values.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}

/** Answers the time of one round of the query over all copies, ms. */
async function warmUp(copies: Copy[], query: ReplayedQuery): Promise<number> {
  let totalMs = 0;
  for (const copy of copies) {
    let lastMs = 0;
    for (let set = 0; set < query.sets.length; set++) {
      lastMs = await copy.time(textFor(copy, query, set));
    }
    totalMs += lastMs;
  }
  return totalMs;
}

/** Rounds for a query that takes `roundMs` a round and may take `shareMs` in all. */
export function roundsFor(roundMs: number, shareMs: number, options: RoundsOptions): number {
  const { roundsMin, roundsMax } = options;
  const affordable = Math.floor(shareMs / Math.max(roundMs, 0.001));
  const least = roundMs * roundsMin > DEAR * shareMs ? Math.min(ROUNDS_DEAR, roundsMin) : roundsMin;
  return Math.min(roundsMax, Math.max(least, affordable));
}
