import { deletedRows } from "@/server/workload";
import { DuckDbError } from "../errors";
import { readProfile } from "../replay";
import type { Session } from "../shadow";

/** How a write ended: the rows it changed, or what DuckDB said, by the kind of its error. */
export type WriteOutcome = { rows: string } | { error: string; message: string };

/** Runs a write and takes it back. Throws AppError `timeout` and the signal's reason. */
export async function tryWrite(
  session: Session,
  sql: string,
  timeoutMs: number,
): Promise<WriteOutcome> {
  try {
    return await rolledBack(session, async () => {
      const rows = await session.rows(sql, timeoutMs);
      // Without RETURNING, DuckDB answers the number of rows.
      const isReturning = /\breturning\b/i.test(sql);
      return { rows: isReturning ? String(rows.length) : String(rows[0]?.[0]) };
    });
  } catch (error) {
    if (!(error instanceof DuckDbError)) throw error;
    const message = error.message.split("\n")[0] ?? "";
    return { error: /^[A-Za-z ]+(?=:)/.exec(message)?.[0] ?? message, message };
  }
}

/** What a write scans, by DuckDB's profiler; the table stays as it is. Throws as `tryWrite`, and DuckDbError. */
export function profileWrite(session: Session, sql: string): ReturnType<typeof readProfile> {
  return rolledBack(session, () => readProfile(session, sql));
}

/** A step in a transaction that is taken back, however it ends. */
export async function rolledBack<T>(session: Session, step: () => Promise<T>): Promise<T> {
  await session.run("BEGIN");
  try {
    return await step();
  } finally {
    await session.run("ROLLBACK");
  }
}

/**
 * The session, but for `time`: a write with its commit, which alone pays for indexes (of a
 * transaction that is rolled back they never hear). Rows that a DELETE took are put back afterwards,
 * untimed; an update is repeated on rows that have its values already, which is the same work.
 */
export function committing(session: Session): Session {
  return {
    ...session,
    async time(sql, timeoutMs) {
      const deleted = deletedRows(sql);
      if (deleted === null) return session.time(sql, timeoutMs);
      await session.run(`CREATE OR REPLACE TEMP TABLE _deleted AS ${deleted.select}`, timeoutMs);
      const ms = await session.time(sql, timeoutMs);
      await session.run(`INSERT INTO ${deleted.table} SELECT * FROM _deleted`);
      return ms;
    },
  };
}

/** Same rows changed, or refused for the same kind of reason. */
export function areAlike(before: WriteOutcome, after: WriteOutcome): boolean {
  if ("rows" in before) return "rows" in after && before.rows === after.rows;
  return "error" in after && before.error === after.error;
}

/** Refused because a row with the same key is there. */
export const isDuplicate = (outcome: WriteOutcome): boolean =>
  "message" in outcome && /\bduplicate key\b/i.test(outcome.message);
