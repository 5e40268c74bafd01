import { PROBLEMS } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";

/** An error as problem+json (RFC 9457) with our stable code. */
export function toProblem(error: unknown): { status: number; body: Record<string, unknown> } {
  const known = error instanceof AppError ? error : toAppError(error);
  const { status, title } = PROBLEMS[known.code];
  return {
    status,
    body: {
      type: "about:blank",
      title,
      status,
      code: known.code,
      detail: known.message,
      ...(known.details === undefined ? {} : { details: known.details }),
    },
  };
}
