import type { ErrorCode } from "@/server/contracts";

/** What a script can tell apart. 1 is a failure of ours; 2 is the shell's wrong usage. */
const EXIT_CODES: Record<ErrorCode, number> = {
  invalid_input: 2,
  method_not_allowed: 2,
  too_large: 2,
  unsupported_media_type: 2,
  unauthenticated: 3,
  forbidden: 3,
  not_found: 4,
  conflict: 5,
  candidate_is_worse: 5,
  not_approved: 5,
  not_executable: 5,
  schema_changed: 5,
  idempotency_mismatch: 5,
  rate_limited: 6,
  overloaded: 6,
  unavailable: 6,
  timeout: 6,
  product_unreachable: 7,
  product_refused: 7,
  misconfigured: 8,
  internal: 1,
};

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}
