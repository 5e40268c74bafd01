import { type ErrorCode, PROBLEMS, type Problem, type RequestFault } from "@/server/contracts";
import { AppError, newId, toAppError } from "@/server/platform";
import { API_SECURITY_HEADERS } from "./security-headers";

/** An invalid request, with every fault found. */
export function requestFaults(faults: RequestFault[]): AppError {
  const text = faults.map(({ pointer, detail }) => `${pointer || "body"}: ${detail}`).join("; ");
  return new AppError("invalid_input", text, { details: { faults } });
}

/** Codes that say "come back": without a time of their own, in a second. */
const TEMPORARY: ErrorCode[] = ["overloaded", "unavailable", "product_unreachable"];

/** Seconds after which a refused caller may ask again; null: not by waiting. */
export function retryAfterSeconds(error: AppError): number | null {
  const told = error.details?.retry_after_seconds;
  if (typeof told === "number") return Math.max(1, Math.ceil(told));
  return TEMPORARY.includes(error.code) ? 1 : null;
}

/** Codes whose cause is ours: it is logged, and the caller learns the request id only. */
const hidesDetails = (code: ErrorCode) => PROBLEMS[code].status === 500;

function problemBody(error: AppError, requestId: string, instance: string): Problem {
  const { code } = error;
  const { status, title } = PROBLEMS[code];
  const base = { type: `/reference#error-${code}`, title, status, instance };
  const tail = { code, request_id: requestId };
  if (hidesDetails(code)) {
    return { ...base, detail: "Something went wrong here; it has been logged.", ...tail };
  }
  const { faults, allow: _, ...details } = error.details ?? {};
  return {
    ...base,
    detail: error.message,
    ...tail,
    // Only requestFaults writes them, always in this shape.
    ...(faults === undefined ? {} : { errors: faults as RequestFault[] }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

/** 405 with the methods that would do. */
export function methodNotAllowed(allowed: readonly string[]): AppError {
  const useful = allowed.filter((method) => method !== "OPTIONS");
  return new AppError("method_not_allowed", `Use ${useful.join(" or ")}.`, {
    details: { allow: allowed.join(", ") },
  });
}

/**
 * Any thrown value as problem+json (RFC 9457); what is unknown tells nothing. `members` are further ones
 * of the problem, which a client of its own knows.
 */
export function problemResponse(
  thrown: unknown,
  requestId: string,
  url: string,
  members: Record<string, unknown> = {},
): Response {
  const error = toAppError(thrown);
  const headers = new Headers({ "content-type": "application/problem+json" });
  const { allow } = error.details ?? {};
  if (error.code === "unauthenticated") headers.set("www-authenticate", 'Bearer realm="agent"');
  if (error.code === "method_not_allowed") headers.set("allow", String(allow));
  // The rest of a body that came too slowly is not waited for.
  if (error.code === "request_timeout") headers.set("connection", "close");
  const retryAfter = retryAfterSeconds(error);
  if (retryAfter !== null) headers.set("retry-after", String(retryAfter));
  const body = problemBody(error, requestId, new URL(url).pathname);
  return new Response(JSON.stringify({ ...body, ...members }), { status: body.status, headers });
}

/** The answer to any request below a prefix that no route takes. */
export function answerNoRoute(request: Request): Response {
  const error = new AppError("not_found", "There is no such route. See /openapi.json.");
  const response = problemResponse(error, newId("req"), request.url);
  for (const [name, value] of Object.entries(API_SECURITY_HEADERS)) {
    response.headers.set(name, value);
  }
  return response;
}
