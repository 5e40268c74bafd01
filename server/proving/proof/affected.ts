import { type Change, changedColumns, rewritesOf } from "@/server/contracts";
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
    const reach = judged.map((change) => reachOf(replay, change));
    const isRelated = reach.includes("related");
    if (!isRelated && !(reach.includes("same table") && replay.baselineMs <= CHEAP_MS)) return [];
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

function reachOf({ query }: Replay, change: Change): "related" | "same table" | "none" {
  const { shape, pattern } = query;
  const rewrites = rewritesOf(change);
  if (rewrites.length > 0) {
    return rewrites.some((one) => one.fingerprint === pattern.fingerprint) ? "related" : "none";
  }
  if (!shape.tables.includes(change.table)) return "none";
  if (change.kind === "cluster_table" || change.kind === "drop_index") return "related";
  if (change.kind === "change_type" && shape.selectsStar) return "related";
  const text = shape.sql.toLowerCase();
  const isNamed = changedColumns(change).some((name) => text.includes(name.toLowerCase()));
  return isNamed ? "related" : "same table";
}
