import { shortSql } from "../judge";
import {
  areResultsEqual,
  areRewrittenEqual,
  findTableDifference,
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

/** Compares the changed tables and every replayed query's result with the unchanged shadow's. */
export async function checkResults(
  proof: Proof,
  session: Session,
  tables: { name: string; isRewritten: boolean }[],
  pairs: ReplayedPair[],
  isRetyped: boolean,
): Promise<ResultCheck> {
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
    try {
      if (!(await isPairEqual(session, pair, isRetyped))) check.differing.add(pair.replay);
    } catch (error) {
      proof.input.signal.throwIfAborted();
      const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
      check.failure ??= `${shortSql(pair.replay.query.shape.sql)} fails: ${message}`;
    }
  }
  return check;
}

async function isPairEqual(
  session: Session,
  { replay, textsAfter }: ReplayedPair,
  isRetyped: boolean,
): Promise<boolean> {
  const isRewritten = textsAfter !== replay.texts;
  for (const [index, before] of replay.baselineSums.entries()) {
    const text = textsAfter[index] ?? replay.query.shape.sql;
    const after = await sumResult(session, text);
    const isEqual = isRewritten
      ? areRewrittenEqual(before, after, isRetyped)
      : areResultsEqual(before, after, replay.isOrderBound);
    if (!isEqual) return false;
  }
  return true;
}
