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

/** Runs one command line. Answers the exit code; says why on stderr when that is not 0. */
export async function runCli(args: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander said why already; its help ends with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { code, message, cause } = asAppError(error);
    process.stderr.write(`${code}: ${message}\n`);
    if (code === "internal" && cause !== undefined) process.stderr.write(`${String(cause)}\n`);
    return exitCodeOf(code);
  }
}
