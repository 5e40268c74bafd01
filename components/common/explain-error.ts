import { TRPCClientError } from "@trpc/client";

interface ErrorData {
  appCode: string;
  requestId: string | null;
}

interface Explanation {
  title: string;
  /** What happened and what to do, in a sentence or two. */
  message: string;
  requestId: string | null;
}

const TITLES: Record<string, string> = {
  invalid_input: "Invalid input",
  unsupported_version: "The versions do not fit",
  unauthenticated: "You are signed out",
  forbidden: "You don't have access",
  not_found: "Not found",
  conflict: "Someone else changed this first",
  candidate_is_worse: "The candidate is worse than the active model",
  not_approved: "Not approved",
  not_agreed: "Not agreed yet",
  approval_incomplete: "More approvals are needed",
  acknowledgement_needed: "An acknowledgement is needed",
  stopped: "The emergency stop is on",
  coverage_too_low: "Too little of the workload was replayed",
  not_executable: "Cannot be executed",
  schema_changed: "The schema has changed since the test run",
  idempotency_mismatch: "This idempotency key was used with another request",
  too_large: "Too large",
  unsupported_media_type: "Unsupported format",
  rate_limited: "Too many requests. Try again in a moment.",
  unavailable: "This part of the sidecar is not running. Try again in a moment.",
  overloaded: "The sidecar is busy. Try again in a moment.",
  timeout: "Timed out",
  request_timeout: "The connection is too slow. Try again.",
  product_unreachable: "The data product is not responding",
  product_refused: "The data product refused the request",
  product_invalid: "The data product's answer is invalid",
  product_timeout: "The data product is too slow",
  misconfigured: "A sidecar setting is missing or invalid",
  internal: "Internal error",
};

/** What the service said of an error; null where another server, or nobody, answered. */
function readData(error: unknown): ErrorData | null {
  if (!(error instanceof TRPCClientError)) return null;
  const data: unknown = error.data;
  if (typeof data !== "object" || data === null || !("appCode" in data)) return null;
  const { appCode } = data;
  if (typeof appCode !== "string") return null;
  const requestId = "requestId" in data ? data.requestId : null;
  return { appCode, requestId: typeof requestId === "string" ? requestId : null };
}

/** The service's error code, when the error is one the service answered with. */
export function readAppCode(error: unknown): string | null {
  return readData(error)?.appCode ?? null;
}

/** An error in plain words. Without an answer from the service, it is the connection. */
export function explainError(error: unknown): Explanation {
  const data = readData(error);
  if (data === null || !(error instanceof Error)) {
    return {
      title: "The sidecar is not responding",
      message: "Check your connection, then try again.",
      requestId: null,
    };
  }
  return {
    title: TITLES[data.appCode] ?? "Something went wrong",
    message: error.message,
    requestId: data.requestId ?? null,
  };
}
