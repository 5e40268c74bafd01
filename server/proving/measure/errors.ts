import { AppError } from "@/server/platform";

/** What DuckDB said of a statement on a shadow. */
export class DuckDbError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "DuckDbError";
  }
}

/**
 * What a step that must not end the proof came to: its result, or why it could not be made. Only typed
 * errors are a candidate's own: anything else is a fault of the program, and ends the proof.
 */
export type Attempt<T> = { result: T } | { isLate: boolean; why: string };

/** A typed error or DuckDB's: anything else is a fault of the program. */
const isKnownError = (error: unknown): error is AppError | DuckDbError =>
  error instanceof AppError || error instanceof DuckDbError;

/** Throws the signal's reason, and every error that is neither AppError nor DuckDB's. */
export async function attempt<T>(signal: AbortSignal, step: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { result: await step() };
  } catch (error) {
    signal.throwIfAborted();
    if (!isKnownError(error)) throw error;
    return { isLate: error instanceof AppError && error.code === "timeout", why: error.message };
  }
}
