import { TRPCClientError } from "@trpc/client";
import { z } from "zod";

const ErrorData = z.object({ appCode: z.string(), requestId: z.string().nullable().optional() });

interface Explanation {
  title: string;
  /** What happened and what to do, in a sentence or two. */
  message: string;
  requestId: string | null;
}

const TITLES: Record<string, string> = {
  invalid_input: "That input cannot be used",
  unauthenticated: "You are signed out",
  forbidden: "Your role does not allow this",
  not_found: "Not found",
  conflict: "Somebody else was faster",
  candidate_is_worse: "The candidate is worse than the present model",
  not_approved: "This is not approved",
  not_executable: "This cannot be executed",
  schema_changed: "The schema has changed since the proof",
  idempotency_mismatch: "This request was already answered differently",
  too_large: "That is too large",
  unsupported_media_type: "That format is not understood",
  rate_limited: "Too many requests; wait a moment",
  unavailable: "This part of the sidecar does not run at present; try again in a moment",
  overloaded: "The sidecar is busy; try again in a moment",
  timeout: "This took too long",
  product_unreachable: "The data product does not answer",
  product_refused: "The data product refused",
  misconfigured: "A setting of the sidecar is missing or wrong",
  internal: "Something went wrong on our side",
};

function readData(error: unknown) {
  if (!(error instanceof TRPCClientError)) return null;
  const parsed = ErrorData.safeParse(error.data);
  return parsed.success ? parsed.data : null;
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
      title: "The sidecar does not answer",
      message: "Check the connection. The page tries again by itself.",
      requestId: null,
    };
  }
  return {
    title: TITLES[data.appCode] ?? "Something went wrong",
    message: error.message,
    requestId: data.requestId ?? null,
  };
}
