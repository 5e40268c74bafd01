import type { Session } from "../shadow";

/**
 * Rows read by all scans of a query, as DuckDB's profiler counts them: whole row groups that zone
 * maps skip are not counted, an index scan counts the rows it fetches. Repeats exactly.
 */
export async function rowsScanned(
  session: Session,
  sql: string,
  timeoutMs?: number,
): Promise<number> {
  const [row] = await session.rows(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`, timeoutMs);
  const profile: unknown = JSON.parse(String(row?.[1]));
  if (profile === null || typeof profile !== "object") return Number.NaN;
  return "cumulative_rows_scanned" in profile
    ? Number(profile.cumulative_rows_scanned)
    : Number.NaN;
}
