import { AppError, type ErrorCode, toAppError } from "@/server/platform";

const STATUS: Record<ErrorCode, number> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  timeout: 408,
  conflict: 409,
  candidate_is_worse: 409,
  not_approved: 409,
  not_executable: 422,
  schema_changed: 409,
  idempotency_mismatch: 422,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  overloaded: 503,
  unavailable: 503,
  product_unreachable: 502,
  product_refused: 502,
  misconfigured: 500,
  internal: 500,
};

/** An error as problem+json (RFC 9457) with our stable code. */
export function toProblem(error: unknown): { status: number; body: Record<string, unknown> } {
  const known = error instanceof AppError ? error : toAppError(error);
  const status = STATUS[known.code];
  return {
    status,
    body: {
      type: "about:blank",
      title: known.code.replaceAll("_", " "),
      status,
      code: known.code,
      detail: known.message,
      ...(known.details === undefined ? {} : { details: known.details }),
    },
  };
}
