import { CommanderError } from "commander";
import { z } from "zod";
import { AppError, toAppError } from "@/server/platform";
import { exitCodeOf } from "./exit-code";
import { createProgram } from "./program";

/** Options that do not fit are the caller's mistake, wherever they were parsed. */
function asAppError(error: unknown): AppError {
  if (!(error instanceof z.ZodError)) return toAppError(error);
  return new AppError("invalid_input", z.prettifyError(error), { cause: error });
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander said why already; its help ends with 0.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { code, message, cause } = asAppError(error);
    process.stderr.write(`${code}: ${message}\n`);
    if (code === "internal" && cause !== undefined) process.stderr.write(`${String(cause)}\n`);
    process.exitCode = exitCodeOf(code);
  }
}
