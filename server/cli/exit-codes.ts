import type { ErrorCode } from "@/server/contracts";

/** What the program ends with: for scripts. Help and docs/cli.md print this table. */
export const EXIT_MEANINGS = {
  0: "done",
  1: "failed: an error of the sidecar",
  2: "wrong usage, or a value that is not valid",
  3: "there is no such thing",
  4: "conflict: somebody else was first, or its state does not allow this",
  5: "refused: a permission, a policy or an acknowledgement is missing",
  6: "unreachable or too busy: worth another try",
  7: "the data product refused, or answered wrongly",
  8: "misconfigured: a setting is wrong, or `doctor` found a fault",
} as const;
export type ExitCode = keyof typeof EXIT_MEANINGS;

const EXIT_CODES: Record<ErrorCode, ExitCode> = {
  internal: 1,
  invalid_input: 2,
  method_not_allowed: 2,
  too_large: 2,
  unsupported_media_type: 2,
  not_found: 3,
  conflict: 4,
  schema_changed: 4,
  idempotency_mismatch: 4,
  unauthenticated: 5,
  forbidden: 5,
  candidate_is_worse: 5,
  not_approved: 5,
  not_agreed: 5,
  coverage_too_low: 5,
  approval_incomplete: 5,
  acknowledgement_needed: 5,
  stopped: 5,
  not_executable: 5,
  rate_limited: 6,
  overloaded: 6,
  unavailable: 6,
  timeout: 6,
  request_timeout: 6,
  product_unreachable: 6,
  product_timeout: 6,
  product_refused: 7,
  product_invalid: 7,
  unsupported_version: 7,
  misconfigured: 8,
};

export const exitCodeOf = (code: ErrorCode): ExitCode => EXIT_CODES[code];
