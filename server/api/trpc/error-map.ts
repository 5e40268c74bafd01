import { TRPCError } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { ZodError, z } from "zod";
import { type ErrorCode, PROBLEMS, type ProblemStatus } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** tRPC's name of each status of the one error table. */
const TRPC_CODES: Record<ProblemStatus, TRPC_ERROR_CODE_KEY> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  408: "TIMEOUT",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  500: "INTERNAL_SERVER_ERROR",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};

/** What a page is told about an error, beside tRPC's own fields. */
export interface PublicError {
  appCode: ErrorCode;
  message: string;
  details: Record<string, unknown> | null;
}

/** A service error as tRPC's. The AppError stays its cause. */
export function toTrpcError(error: AppError): TRPCError {
  return new TRPCError({
    code: TRPC_CODES[PROBLEMS[error.code].status],
    message: error.message,
    cause: error,
  });
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
