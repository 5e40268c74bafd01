import { DuckDbError } from "../errors";
import type { Session } from "../shadow";
import type { Replay } from "./prepare-replay";

/** A query that runs on unchanged data and fails under the changes; its message is DuckDB's. */
export class QueryFailure extends Error {
  readonly replay: Replay;

  constructor(replay: Replay, cause: unknown) {
    super(cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause), { cause });
    this.replay = replay;
  }
}

/** Runs a step on the candidate's side. Throws QueryFailure, AppError `timeout`, the signal's reason. */
export async function failingAs<T>(
  replay: Replay,
  signal: AbortSignal,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DuckDbError) throw new QueryFailure(replay, error);
    throw error;
  }
}

/** A step's result, or the query that failed in it. Throws what else failed. */
export async function failureOf<T>(step: () => Promise<T>): Promise<T | QueryFailure> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof QueryFailure) return error;
    throw error;
  }
}

/** Duration of the text on the candidate's side, ms. Throws as failingAs. */
export function timeCandidate(
  side: { candidate: Session; remainingMs(): number; signal: AbortSignal },
  replay: Replay,
  text: string,
): Promise<number> {
  const { candidate, signal } = side;
  return failingAs(replay, signal, () => candidate.time(text, Math.max(1, side.remainingMs())));
}
