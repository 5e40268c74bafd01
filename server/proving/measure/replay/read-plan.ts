import { z } from "zod";
import type { PlanOperator } from "@/server/contracts";
import type { Session } from "../shadow";
import { ProfiledOperator, planOperators } from "./plan-operators";

const Profile = z.object({
  cumulative_rows_scanned: z.number(),
  total_bytes_read: z.number(),
  /** Seconds. */
  latency: z.number(),
  children: z.array(ProfiledOperator),
});

/**
 * What DuckDB 1.5.6 gives for a plan without operators: a count, minimum or maximum that it takes from
 * the statistics of a file's row groups, reading no row.
 */
const NoProfile = z.object({ result: z.literal("error") });

export interface QueryProfile {
  /**
   * Rows read by all scans: whole row groups that zone maps skip are not counted, an index scan
   * counts the rows it fetches. Repeats exactly.
   */
  rowsScanned: number;
  /** Read from the file; nothing for what is in DuckDB's buffers already. */
  bytesRead: number;
  latencyMs: number;
  /** Empty where DuckDB answers from statistics. */
  plan: PlanOperator[];
}

/** What evidence keeps of a profile: it repeats exactly where times are noisy. */
export type PlanProfile = Pick<QueryProfile, "rowsScanned" | "plan">;

/** Runs the query under DuckDB's profiler. */
export async function readProfile(
  session: Session,
  sql: string,
  timeoutMs?: number,
): Promise<QueryProfile> {
  const start = performance.now();
  const [row] = await session.rows(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`, timeoutMs);
  const latencyMs = performance.now() - start;
  const profile = z.union([Profile, NoProfile]).parse(JSON.parse(String(row?.[1])));
  if ("result" in profile) return { rowsScanned: 0, bytesRead: 0, latencyMs, plan: [] };
  return {
    rowsScanned: profile.cumulative_rows_scanned,
    bytesRead: profile.total_bytes_read,
    latencyMs: profile.latency * 1000,
    plan: planOperators(profile.children),
  };
}

/**
 * DuckDB's plan for a query, constants included, without running it: texts of equal plans answer the
 * same rows. How many digits a decimal is written with makes no other plan.
 */
export async function readPlan(session: Session, sql: string): Promise<string> {
  const [row] = await session.rows(`EXPLAIN (FORMAT json) ${sql}`);
  const plan: unknown = JSON.parse(String(row?.[1]));
  return JSON.stringify(plan, (key, value: unknown) =>
    key === "Estimated Cardinality" ? undefined : value,
  )
    .replace(/DECIMAL\(\d+,\d+\)/g, "DECIMAL")
    .replace(/(\d\.\d*?)0+(?=\D)/g, "$1")
    .replace(/(\d)\.(?=\D)/g, "$1");
}
