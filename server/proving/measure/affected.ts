import { kindOf } from "@/server/advisor";
import { type Change, rewritesOf } from "@/server/contracts";
import { type Replay, type ReplayedPair, textsUnder } from "./replay";

/** Queries this cheap are replayed even where nothing can be expected: surprises cost little. */
const CHEAP_MS = 15;

/** Text by fingerprint of every query that the changes rewrite; of two for one query the later. */
export function rewritesUnder(changes: readonly Change[]): Map<string, string> {
  return new Map(
    changes.flatMap(rewritesOf).map(({ fingerprint, sql }) => [fingerprint, sql] as const),
  );
}

/**
 * The queries to replay for the judged changes, with their texts on both sides: those that a change
 * may touch, and cheap ones of its table. Costly queries that cannot be touched count as unchanged, unless
 * `isRequested`: who asks for a change is told of every query of its table.
 */
export function affectedReplays(
  replays: readonly Replay[],
  judged: readonly Change[],
  sides: { before: readonly Change[]; after: readonly Change[] },
  { isRequested = false }: { isRequested?: boolean | undefined } = {},
): ReplayedPair[] {
  const [before, after] = [rewritesUnder(sides.before), rewritesUnder(sides.after)];
  return replays.flatMap((replay) => {
    const reach = judged.map((change) => kindOf(change).reach(change, replay.query));
    const isOfTable = reach.includes("same_table");
    const isRelated = reach.includes("related") || (isRequested && isOfTable);
    if (!isRelated && !(isOfTable && replay.baselineMs <= CHEAP_MS)) return [];
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

/** Tables whose writes may end otherwise by the change: its own, and those it refers to. */
export const tablesOf = (change: Change): string[] => [
  change.table,
  ...kindOf(change).otherTables(change),
];
