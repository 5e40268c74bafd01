import type { Session } from "../measure/shadow";

/** One statement of a check; a table that takes longer is not judged. */
export const STATEMENT_MS = 5000;

/** Aggregates of a table (or of any FROM clause) in one scan; NULL becomes NaN. */
export async function countAll(
  session: Session,
  from: string,
  aggregates: readonly string[],
): Promise<number[]> {
  if (aggregates.length === 0) return [];
  const [row] = await session.rows(`SELECT ${aggregates.join(", ")} FROM ${from}`, STATEMENT_MS);
  return (row ?? []).map((cell) => (cell === null ? Number.NaN : Number(cell)));
}
