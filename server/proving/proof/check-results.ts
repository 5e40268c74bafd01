import { shortSql } from "../judge";
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
} from "../replay";
import type { Session } from "../shadow";
import type { Proof } from "./open-proof";

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
  tables: { name: string; isRewritten: boolean }[];
  pairs: ReplayedPair[];
  isRetyped: boolean;
  /** ms until the check must have ended. */
  remainingMs(): number;
}

/**
 * Compares the changed tables and every replayed query's result with the unchanged shadow's.
 * Throws AppError `timeout`, and the signal's reason.
 */
export async function checkResults(proof: Proof, checked: Checked): Promise<ResultCheck> {
  const { session, tables, pairs } = checked;
  const check: ResultCheck = { difference: null, failure: null, differing: new Set() };
  for (const table of tables) {
    check.difference ??= await findTableDifference(
      proof.baseline,
      session,
      table.name,
      table.isRewritten,
    );
  }
  for (const pair of pairs) {
    const compare = () => isPairEqual(checked, pair);
    const isEqual = await failureOf(() => failingAs(pair.replay, proof.input.signal, compare));
    if (isEqual instanceof QueryFailure) check.failure ??= describeFailure(isEqual);
    else if (!isEqual) check.differing.add(pair.replay);
  }
  return check;
}

export function describeFailure({ replay, message }: QueryFailure): string {
  return `${shortSql(replay.query.shape.sql)} fails: ${message}`;
}

async function isPairEqual(
  { session, isRetyped, remainingMs }: Checked,
  { replay, textsAfter }: ReplayedPair,
): Promise<boolean> {
  const isRewritten = textsAfter !== replay.texts;
  for (const [index, before] of replay.baselineSums.entries()) {
    const text = textsAfter[index] ?? replay.query.shape.sql;
    const after = await sumResult(session, text, Math.max(1, remainingMs()));
    const isEqual = isRewritten
      ? areRewrittenEqual(before, after, isRetyped)
      : areResultsEqual(before, after, replay.isOrderBound);
    if (!isEqual) return false;
  }
  return true;
}
