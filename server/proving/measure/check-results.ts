import { kindOf } from "@/server/advisor";
import type { Change } from "@/server/contracts";
import { shortSql } from "@/server/format";
import {
  areResultsEqual,
  areRewrittenEqual,
  failingAs,
  failureOf,
  findTableDifference,
  QueryFailure,
  type Replay,
  type ReplayedPair,
  sumResult,
} from "./replay";
import type { MeasuringRoom } from "./room";
import type { Session } from "./shadow";

export interface ResultCheck {
  /** What differs in the tables themselves; null when nothing does. */
  difference: string | null;
  /** A query that worked before and fails now: nothing can be timed then. */
  failure: string | null;
  differing: Set<Replay>;
}

/** What is compared, and where. */
interface Checked {
  session: Session;
  changes: readonly Change[];
  pairs: ReplayedPair[];
  /** ms until the check must have ended. */
  remainingMs(): number;
}

/**
 * Compares the changed tables and every replayed query's result with the unchanged shadow's.
 * Throws AppError `timeout`, and the signal's reason.
 */
export async function checkResults(room: MeasuringRoom, checked: Checked): Promise<ResultCheck> {
  const check: ResultCheck = { difference: null, failure: null, differing: new Set() };
  for (const { name, ...compared } of changedTables(checked.changes)) {
    const { session } = checked;
    check.difference ??= await findTableDifference(room.baseline, session, name, compared);
  }
  for (const pair of checked.pairs) {
    const compare = () => isPairEqual(checked, pair);
    const isEqual = await failureOf(() => failingAs(pair.replay, room.input.signal, compare));
    if (isEqual instanceof QueryFailure) check.failure ??= describeFailure(isEqual);
    else if (!isEqual) check.differing.add(pair.replay);
  }
  return check;
}

/** Tables whose rows must still be the same: all of them compared where the plan rewrites them. */
function changedTables(changes: readonly Change[]) {
  const names = [...new Set(changes.map((change) => change.table))];
  return names.map((name) => {
    const own = changes.filter((change) => change.table === name);
    const isFull = own.some((change) => kindOf(change).rewritesRows);
    return { name, isFull, added: addedColumns(own) };
  });
}

const addedColumns = (changes: readonly Change[]): string[] =>
  changes.flatMap((change) => kindOf(change).addedColumns(change));

export function describeFailure({ replay, message }: QueryFailure): string {
  return `${shortSql(replay.query.shape.sql)} fails: ${message}`;
}

async function isPairEqual(
  { session, changes, remainingMs }: Checked,
  { replay, textsAfter }: ReplayedPair,
): Promise<boolean> {
  const isRewritten = textsAfter !== replay.texts;
  const added = addedColumns(changes);
  const isRetyped = changes.some((change) => kindOf(change).changesTypes);
  for (const [index, before] of replay.baselineSums.entries()) {
    const text = textsAfter[index] ?? replay.query.shape.sql;
    const former = { before: before.columns, added };
    const after = await sumResult(session, text, Math.max(1, remainingMs()), former);
    const isEqual = isRewritten
      ? areRewrittenEqual(before, after, isRetyped)
      : areResultsEqual(before, after, replay.isOrderBound);
    if (!isEqual) return false;
  }
  return true;
}
