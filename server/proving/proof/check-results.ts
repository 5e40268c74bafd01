import { shortSql } from "../judge";
import { areResultsEqual, findTableDifference, type Replay, sumResult } from "../replay";
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
  replays: Replay[],
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
  for (const replay of replays) {
    try {
      if (!(await isReplayEqual(session, replay))) check.differing.add(replay);
    } catch (error) {
      proof.input.signal.throwIfAborted();
      const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
      check.failure ??= `${shortSql(replay.query.shape.sql)} fails: ${message}`;
    }
  }
  return check;
}

async function isReplayEqual(session: Session, replay: Replay): Promise<boolean> {
  for (const [index, before] of replay.baselineSums.entries()) {
    const text = replay.texts[index] ?? replay.query.shape.sql;
    const after = await sumResult(session, text);
    if (!areResultsEqual(before, after, replay.isOrderBound)) return false;
  }
  return true;
}
