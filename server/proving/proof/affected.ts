import { kindOf } from "@/server/advisor";
import { type Change, rewritesOf } from "@/server/contracts";
import { type Replay, type ReplayedPair, textsUnder } from "../replay";

/** Queries this cheap are replayed even where nothing can be expected: surprises cost little. */
const CHEAP_MS = 15;

/** Changes of one side of a comparison, as queries see them. */
export interface Side {
  changes: readonly Change[];
}

/** Text by fingerprint of every query that the changes rewrite; of two for one query the later. */
export function rewritesUnder({ changes }: Side): Map<string, string> {
  return new Map(
    changes.flatMap(rewritesOf).map(({ fingerprint, sql }) => [fingerprint, sql] as const),
  );
}

/**
 * The queries to replay for the judged changes, with their texts on both sides. A stored order
 * touches every query of its table; an index, constraint or type only those that name the column
 * (or, a type, select everything): columns are stored apart; a rewrite only its own query. Costly
 * queries that cannot be touched count as unchanged.
 */
export function affectedReplays(
  replays: readonly Replay[],
  judged: readonly Change[],
  sides: { before: Side; after: Side },
): ReplayedPair[] {
  const [before, after] = [rewritesUnder(sides.before), rewritesUnder(sides.after)];
  return replays.flatMap((replay) => {
    const reach = judged.map((change) => kindOf(change).reach(change, replay.query));
    const isRelated = reach.includes("related");
    if (!isRelated && !(reach.includes("same_table") && replay.baselineMs <= CHEAP_MS)) return [];
    return [
      {
        replay,
        isRelated,
        textsBefore: textsUnder(replay, before),
        textsAfter: textsUnder(replay, after),
      },
    ];
  });
}
