import { type ErrorCode, PROBLEMS, type RequestFault } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";

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

function problemBody(error: AppError, requestId: string, instance: string) {
  const { code } = error;
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
  const body = problemBody(error, requestId, instance);
  return { status: body.status, headers, text: JSON.stringify(body) };
}

/** 405 with the methods that would do. */
export function methodNotAllowed(allowed: string[], requestId: string, instance: string) {
  const useful = allowed.filter((method) => method !== "OPTIONS");
  const error = new AppError("method_not_allowed", `Use ${useful.join(" or ")}.`);
  const body = problemBody(error, requestId, instance);
  const headers = { "content-type": "application/problem+json", allow: allowed.join(", ") };
  return { status: body.status, headers, text: JSON.stringify(body) };
}
