import { z } from "zod";
import { AppError, ERROR_CODES, type ErrorCode, toAppError } from "@/server/platform";

/** RFC 9457 problem details, with a stable `code` and the request's id. */
export const Problem = z.object({
  /** Where the code is explained: an anchor of the API reference. */
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  /** Path of the request. */
  instance: z.string(),
  code: z.enum([...ERROR_CODES, "method_not_allowed"]),
  request_id: z.string(),
  /** Each fault of an invalid request: where, and what is wrong. */
  errors: z
    .array(
      z.object({
        location: z.enum(["body", "query", "path", "header"]),
        /** JSON pointer inside the body; the parameter's name otherwise. */
        pointer: z.string(),
        detail: z.string(),
      }),
    )
    .optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof Problem>;
export type ProblemCode = Problem["code"];
export type RequestFault = NonNullable<Problem["errors"]>[number];

interface Mapping {
  status: number;
  title: string;
}

/** The one mapping from error codes to HTTP. Every invalid request is 400. */
export const PROBLEMS: Record<ProblemCode, Mapping> = {
  invalid_input: { status: 400, title: "The request is not valid" },
  unauthenticated: { status: 401, title: "Authentication is required" },
  forbidden: { status: 403, title: "Not allowed" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  conflict: { status: 409, title: "Conflict with the present state" },
  candidate_is_worse: { status: 409, title: "The candidate is worse" },
  not_approved: { status: 409, title: "Not approved" },
  not_executable: { status: 409, title: "Cannot be executed" },
  schema_changed: { status: 409, title: "The schema has changed" },
  too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "Unsupported media type" },
  idempotency_mismatch: { status: 422, title: "Idempotency key used for another request" },
  rate_limited: { status: 429, title: "Too many requests" },
  misconfigured: { status: 500, title: "Internal error" },
  internal: { status: 500, title: "Internal error" },
  product_refused: { status: 502, title: "The data product refused" },
  product_unreachable: { status: 503, title: "The data product cannot be reached" },
  overloaded: { status: 503, title: "Too busy" },
  unavailable: { status: 503, title: "Not available at present" },
  timeout: { status: 504, title: "Timed out" },
};

/** An invalid request, with every fault found. */
export function requestFaults(faults: RequestFault[]): AppError {
  const text = faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  return new AppError("invalid_input", text, { details: { faults } });
}

/** Codes that say "come back": without a time of their own, in a second. */
const TEMPORARY: ErrorCode[] = ["overloaded", "unavailable", "product_unreachable"];

function retryAfterSeconds(error: AppError): number | null {
  const told = error.details?.retry_after_seconds;
  if (typeof told === "number") return Math.max(1, Math.ceil(told));
  return TEMPORARY.includes(error.code) ? 1 : null;
}

const isSecretive = (code: ErrorCode) => PROBLEMS[code].status === 500;

function problemBody(error: AppError, code: ProblemCode, requestId: string, instance: string) {
  const { status, title } = PROBLEMS[code];
  const base = { type: `/reference#error-${code}`, title, status, instance };
  const tail = { code, request_id: requestId };
  if (isSecretive(error.code)) {
    return { ...base, detail: "Something went wrong here; it has been logged.", ...tail };
  }
  const { faults, ...details } = error.details ?? {};
  return {
    ...base,
    detail: error.message,
    ...tail,
    ...(faults === undefined ? {} : { errors: faults }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

/** Any thrown value as status, headers and body; what is unknown tells nothing. */
export function toProblem(thrown: unknown, requestId: string, instance: string) {
  const error = toAppError(thrown);
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (error.code === "unauthenticated") headers["www-authenticate"] = 'Bearer realm="agent"';
  const retryAfter = retryAfterSeconds(error);
  if (retryAfter !== null) headers["retry-after"] = String(retryAfter);
  const body = problemBody(error, error.code, requestId, instance);
  return { status: body.status, headers, text: JSON.stringify(body) };
}

/** 405 with the methods that would do. */
export function methodNotAllowed(allowed: string[], requestId: string, instance: string) {
  const useful = allowed.filter((method) => method !== "OPTIONS");
  const error = new AppError("invalid_input", `Use ${useful.join(" or ")}.`);
  const body = problemBody(error, "method_not_allowed", requestId, instance);
  const headers = { "content-type": "application/problem+json", allow: allowed.join(", ") };
  return { status: body.status, headers, text: JSON.stringify(body) };
}
