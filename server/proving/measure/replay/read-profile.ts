import { z } from "zod";
import type { Session } from "../shadow";

const Profile = z.object({
  cumulative_rows_scanned: z.number(),
  total_bytes_read: z.number(),
  /** Seconds. */
  latency: z.number(),
});

export interface QueryProfile {
  /**
   * Rows read by all scans: whole row groups that zone maps skip are not counted, an index scan
   * counts the rows it fetches. Repeats exactly.
   */
  rowsScanned: number;
  /** Read from the file; nothing for what is in DuckDB's buffers already. */
  bytesRead: number;
  latencyMs: number;
}

/** Runs the query under DuckDB's profiler. */
export async function readProfile(
  session: Session,
  sql: string,
  timeoutMs?: number,
): Promise<QueryProfile> {
  const [row] = await session.rows(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`, timeoutMs);
  const profile = Profile.parse(JSON.parse(String(row?.[1])));
  return {
    rowsScanned: profile.cumulative_rows_scanned,
    bytesRead: profile.total_bytes_read,
    latencyMs: profile.latency * 1000,
  };
}
