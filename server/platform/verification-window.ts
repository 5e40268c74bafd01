import type { Settings } from "./env";

/**
 * Azure SQL Database validates a change for up to 72 hours where queries are seldom executed (Microsoft, Automatic
 * tuning in Azure SQL Database and Azure SQL Managed Instance).
 */
const WINDOW_SECONDS = { production: { min: 1800, max: 259_200 }, demo: { min: 60, max: 120 } };

/** The shortest and the longest watch of the live workload after an execution, seconds. */
export function verificationWindow({
  SIDECAR_MODE,
  VERIFY_SECONDS_MIN: min,
  VERIFY_SECONDS_MAX: max,
}: Pick<Settings, "SIDECAR_MODE" | "VERIFY_SECONDS_MIN" | "VERIFY_SECONDS_MAX">): {
  secondsMin: number;
  secondsMax: number;
} {
  const usual = WINDOW_SECONDS[SIDECAR_MODE];
  const secondsMax = max ?? Math.max(usual.max, min ?? 0);
  return { secondsMin: Math.min(min ?? usual.min, secondsMax), secondsMax };
}
