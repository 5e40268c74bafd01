import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode, PROBLEMS } from "./errors";

/** Published: clients branch on these, so a change here is a change of the contract. */
const PUBLISHED: Record<ErrorCode, number> = {
  invalid_input: 400,
  unsupported_version: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  candidate_is_worse: 409,
  not_approved: 409,
  not_agreed: 409,
  approval_incomplete: 409,
  acknowledgement_needed: 409,
  stopped: 409,
  coverage_too_low: 409,
  schema_changed: 409,
  too_large: 413,
  unsupported_media_type: 415,
  not_executable: 422,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  misconfigured: 500,
  product_refused: 502,
  product_invalid: 502,
  product_unreachable: 503,
  overloaded: 503,
  unavailable: 503,
  product_timeout: 504,
  timeout: 504,
};

test("every error code keeps its published status", () => {
  const table = ERROR_CODES.map((code) => [code, PROBLEMS[code].status]);
  expect(Object.fromEntries(table)).toEqual(PUBLISHED);
});

test("every error code is explained in a sentence, and internal errors reveal nothing", () => {
  for (const code of ERROR_CODES) expect(PROBLEMS[code].meaning).toMatch(/^[A-Z].*\.$/s);
  expect(PROBLEMS.misconfigured.title).toBe(PROBLEMS.internal.title);
});
