import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { ZodError, z } from "zod";
import { AppError, type ErrorCode } from "@/server/platform";

const TRPC_CODES: Record<ErrorCode, TRPC_ERROR_CODE_KEY> = {
  invalid_input: "BAD_REQUEST",
  unauthenticated: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  not_found: "NOT_FOUND",
  conflict: "CONFLICT",
  candidate_is_worse: "CONFLICT",
  not_approved: "CONFLICT",
  not_executable: "UNPROCESSABLE_CONTENT",
  schema_changed: "CONFLICT",
  idempotency_mismatch: "CONFLICT",
  too_large: "PAYLOAD_TOO_LARGE",
  unsupported_media_type: "UNSUPPORTED_MEDIA_TYPE",
  rate_limited: "TOO_MANY_REQUESTS",
  overloaded: "SERVICE_UNAVAILABLE",
  unavailable: "SERVICE_UNAVAILABLE",
  timeout: "GATEWAY_TIMEOUT",
  product_unreachable: "BAD_GATEWAY",
  product_refused: "BAD_GATEWAY",
  misconfigured: "INTERNAL_SERVER_ERROR",
  internal: "INTERNAL_SERVER_ERROR",
};

/** What a page is told about an error, beside tRPC's own fields. */
export interface PublicError {
  appCode: ErrorCode;
  message: string;
  details: Record<string, unknown> | null;
}

/** A service error as tRPC's. The AppError stays its cause. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.code], message: error.message, cause: error });
}

/** What may be shown of an error. Unknown errors get a fixed message: their text is only logged. */
export function toPublicError(error: TRPCError): PublicError {
  const { cause } = error;
  if (cause instanceof AppError) {
    return { appCode: cause.code, message: cause.message, details: cause.details ?? null };
  }
  if (error.code === "BAD_REQUEST" && cause instanceof ZodError) {
    return { appCode: "invalid_input", message: z.prettifyError(cause), details: null };
  }
  if (error.code === "NOT_FOUND") {
    return { appCode: "not_found", message: "There is no such procedure.", details: null };
  }
  if (error.code === "BAD_REQUEST" || error.code === "PARSE_ERROR") {
    return { appCode: "invalid_input", message: "The request cannot be read.", details: null };
  }
  return { appCode: "internal", message: "An unexpected error occurred.", details: null };
}
