import { z } from "zod";

/**
 * The one table of errors: what a stable code means and which HTTP status carries it. REST, the
 * OpenAPI document, tRPC (through the status) and the demo product all answer from it.
 *
 * Two statuses were chosen where tables had differed. `not_executable` is 422: the request is well
 * formed and no state will make it work, so it is no conflict (409) to retry. `timeout` is 504: the
 * caller was fast enough, something we waited for was not, so it is not 408 (`request_timeout`).
 */
export const PROBLEMS = {
  invalid_input: {
    status: 400,
    title: "Invalid request",
    meaning: "A part of the request does not match its schema; `errors` names every fault.",
  },
  unsupported_version: {
    status: 400,
    title: "Unsupported version",
    meaning: "The caller speaks another major version of the connector contract.",
  },
  unauthenticated: {
    status: 401,
    title: "Authentication required",
    meaning: "No credential was sent, or one that is not valid.",
  },
  forbidden: {
    status: 403,
    title: "Permission denied",
    meaning: "The credential is valid but lacks the permission.",
  },
  not_found: { status: 404, title: "Not found", meaning: "There is no such resource or route." },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    meaning: "The path exists; `Allow` lists the methods it takes.",
  },
  request_timeout: {
    status: 408,
    title: "Request too slow",
    meaning: "The body did not arrive within REQUEST_BODY_SECONDS_MAX; nothing was done.",
  },
  conflict: {
    status: 409,
    title: "Conflict with the current state",
    meaning: "Someone else decided first, or the state does not allow this. Read it again.",
  },
  candidate_is_worse: {
    status: 409,
    title: "Candidate model is worse",
    meaning: "The candidate model is worse than the active one and no reason was given.",
  },
  not_approved: {
    status: 409,
    title: "Not approved",
    meaning: "Only approved suggestions are executed.",
  },
  not_agreed: {
    status: 409,
    title: "Not agreed yet",
    meaning:
      "The change belongs to a conversation with other data products; it is executed once all have agreed.",
  },
  approval_incomplete: {
    status: 409,
    title: "Approvals are missing",
    meaning:
      "The policy asks for further approvals before this is executed; `details` counts them.",
  },
  acknowledgement_needed: {
    status: 409,
    title: "Acknowledgement needed",
    meaning:
      "Nobody else checks this change. Approve again with `acknowledges_alone: true` to decide alone.",
  },
  stopped: {
    status: 409,
    title: "Stopped",
    meaning:
      "The emergency stop is on: nothing is executed, and only people roll back, with `confirms_stop: true`.",
  },
  coverage_too_low: {
    status: 409,
    title: "Too little of the workload was replayed",
    meaning:
      "Less of the workload's time was replayed than APPROVAL_COVERAGE_MIN asks for. Approve again with `acknowledges_coverage: true` to take the risk.",
  },
  schema_changed: {
    status: 409,
    title: "Schema has changed",
    meaning: "The product's schema is no longer the tested one. Nothing ran; analyze again.",
  },
  too_large: {
    status: 413,
    title: "Too large",
    meaning: "The body, or the answer of a connector's query, exceeds the size limit.",
  },
  unsupported_media_type: {
    status: 415,
    title: "Unsupported media type",
    meaning: "Bodies are sent as application/json without content encoding.",
  },
  not_executable: {
    status: 422,
    title: "Cannot be executed",
    meaning: "The request is well formed, but these changes cannot be made on this product.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "Idempotency key reused",
    meaning: "The key or id was used before with another request.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    meaning: "Too many attempts or requests of one caller; `Retry-After` says when to try again.",
  },
  internal: {
    status: 500,
    title: "Internal error",
    meaning: "An unexpected error; it was logged with the request id.",
  },
  misconfigured: {
    status: 500,
    title: "Internal error",
    meaning: "A setting of the server is missing or invalid; details are in its log.",
  },
  product_refused: {
    status: 502,
    title: "Data product refused",
    meaning: "The data product answered, and refused the call.",
  },
  product_invalid: {
    status: 502,
    title: "Data product's answer is invalid",
    meaning: "The data product answered, but not as the connector contract says.",
  },
  product_unreachable: {
    status: 503,
    title: "Data product unreachable",
    meaning: "The data product did not answer, or failed. Worth a retry.",
  },
  overloaded: {
    status: 503,
    title: "Too busy",
    meaning: "Too many requests at once; `Retry-After` says when to try again.",
  },
  unavailable: {
    status: 503,
    title: "Temporarily unavailable",
    meaning: "A part of the server is not running. Worth a retry.",
  },
  product_timeout: {
    status: 504,
    title: "Data product too slow",
    meaning: "The data product did not answer within the time that a call to it has.",
  },
  timeout: {
    status: 504,
    title: "Timed out",
    meaning: "What the server waited for (a query, a test run) took too long.",
  },
} as const satisfies Record<string, { status: number; title: string; meaning: string }>;

/** Stable, machine-readable reason of a failure. Closed: every transport maps every code. */
export type ErrorCode = keyof typeof PROBLEMS;
export type ProblemStatus = (typeof PROBLEMS)[ErrorCode]["status"];

export const ErrorCode = z.enum(Object.keys(PROBLEMS) as [ErrorCode, ...ErrorCode[]]);
export const ERROR_CODES: readonly ErrorCode[] = ErrorCode.options;

/** One fault of an invalid request. */
export const RequestFault = z.object({
  location: z.enum(["body", "query", "path", "header"]),
  pointer: z.string().describe("JSON pointer inside the body; the parameter's name otherwise."),
  detail: z.string(),
});
export type RequestFault = z.infer<typeof RequestFault>;

/** RFC 9457 problem details, with a stable `code` and the request's id. */
export const Problem = z
  .object({
    type: z.string().describe("Where the code is explained: an anchor of the API reference."),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string().describe("Path of the request."),
    code: ErrorCode,
    request_id: z.string(),
    errors: z.array(RequestFault).optional().describe("Each fault of an invalid request."),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
