import { z } from "zod";
import type { Session } from "../measure/shadow";

const Profile = z.object({
  latency: z.number(),
  system_peak_buffer_memory: z.number(),
  system_peak_temp_dir_size: z.number(),
});

export interface MemoryUse {
  ms: number;
  peakBytes: number;
  /** Written to the temporary folder because memory was short. */
  spilledBytes: number;
}

/** Runs a query under DuckDB's profiler. Throws what the session throws (out of memory too). */
export async function runProfiled(
  session: Session,
  sql: string,
  timeoutMs: number,
): Promise<MemoryUse> {
  const [row] = await session.rows(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`, timeoutMs);
  const profile = Profile.parse(JSON.parse(String(row?.[1])));
  return {
    ms: profile.latency * 1000,
    peakBytes: profile.system_peak_buffer_memory,
    spilledBytes: profile.system_peak_temp_dir_size,
  };
}
