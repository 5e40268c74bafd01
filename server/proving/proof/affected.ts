import { type Change, changedColumns } from "@/server/contracts";
import type { Replay } from "../replay";

/** Queries this cheap are replayed even where nothing can be expected: surprises cost little. */
const CHEAP_MS = 15;

export interface Affected {
  replay: Replay;
  /** The change can be expected to matter: pairs are taken until that is decided. */
  isRelated: boolean;
}

/**
 * The queries to replay for some changes. A stored order touches every query of its table; an
 * index or a type only those that name the column (or, a type, select everything): columns are
 * stored apart. Costly queries that cannot be touched count as unchanged.
 */
export function affectedReplays(
  replays: readonly Replay[],
  changes: readonly Change[],
): Affected[] {
  return replays.flatMap((replay) => {
    const { tables } = replay.query.shape;
    const onTable = changes.filter((change) => tables.includes(change.table));
    if (onTable.length === 0) return [];
    const isRelated = onTable.some((change) => isNamed(replay, change));
    return isRelated || replay.baselineMs <= CHEAP_MS ? [{ replay, isRelated }] : [];
  });
}

function isNamed({ query: { shape } }: Replay, change: Change): boolean {
  if (change.kind === "cluster_table") return true;
  if (change.kind === "change_type" && shape.selectsStar) return true;
  return changedColumns(change).some((name) =>
    shape.sql.toLowerCase().includes(name.toLowerCase()),
  );
}
