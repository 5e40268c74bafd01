import type { ErrorCode, JobKind } from "@/server/contracts";

const DELAY_SECONDS_MAX = 60;
/** A mail server that is down for a night is not asked every minute. */
const DELIVERY_DELAY_SECONDS_MAX = 900;
/** An execution whose lease ran out this often kills its workers, or never ends. */
export const STALLS_MAX = 5;

interface Attempts {
  max: number;
  /** While somebody else is the reason: the data product does not answer, or is busy. */
  maxWaiting: number;
}

/** The outcome of an operation that was begun is known to the product alone: it is asked for a day. */
const ATTEMPTS: Record<JobKind, Attempts> = {
  prove: { max: 3, maxWaiting: 3 },
  execute: { max: 8, maxWaiting: 1440 },
  verify: { max: 5, maxWaiting: 10 },
  cleanup: { max: 8, maxWaiting: 1440 },
  notify: { max: 8, maxWaiting: 1440 },
  // About three days of a server that does not answer.
  deliver: { max: 5, maxWaiting: 300 },
};
const WAITING: ReadonlySet<ErrorCode> = new Set([
  "product_unreachable",
  "product_timeout",
  "product_invalid",
  "conflict",
  "overloaded",
  "rate_limited",
  "unavailable",
]);

/** Errors that another attempt cannot mend. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["not_executable", "misconfigured", "not_found"]);

/** A proof's calls to the product share its time: after that there is none for another attempt. */
const isFinal = (kind: JobKind, code: ErrorCode) =>
  FINAL.has(code) || (kind === "prove" && code === "product_timeout");

/**
 * Seconds until the next attempt after the given number of them, the last of which failed with
 * `code`; null: give up. Exponential with jitter, so that what failed together does not come back
 * together: `random` is in [0, 1). Never sooner than `retryAfterSeconds`, where who refused said when to come back.
 */
export function retryDelaySeconds(
  kind: JobKind,
  failed: { attempts: number; code: ErrorCode; retryAfterSeconds?: number | undefined },
  random: () => number = Math.random,
): number | null {
  const { max, maxWaiting } = ATTEMPTS[kind];
  const limit = WAITING.has(failed.code) ? maxWaiting : max;
  if (isFinal(kind, failed.code) || failed.attempts >= limit) return null;
  const longest = kind === "deliver" ? DELIVERY_DELAY_SECONDS_MAX : DELAY_SECONDS_MAX;
  const seconds = Math.min(longest, 2 ** Math.min(failed.attempts, 10));
  return Math.max(seconds * (0.5 + random() / 2), failed.retryAfterSeconds ?? 0);
}
