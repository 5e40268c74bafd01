import type { ErrorCode } from "@/server/contracts";

/**
 * The one error class. `message` may be shown to the caller; `details` too (never put a secret
 * or another caller's data in it); `cause` is only logged.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.details = options.details;
  }
}

/** Any thrown value as an AppError; unknown ones become `internal` with a fixed message. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "An unexpected error occurred.", { cause: error });
}
