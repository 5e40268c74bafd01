import { Command, CommanderError } from "commander";
import { z } from "zod";
import type { ErrorCode } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";
import { addDatabaseCommands } from "./commands/database";
import { addJobCommands } from "./commands/jobs";
import { addKeyCommands } from "./commands/keys";
import { addModelCommands } from "./commands/models";
import { addOperationCommands } from "./commands/operations";
import { addSuggestionCommands } from "./commands/suggestions";
import { addTrustCommands } from "./commands/trust";
import { addUserCommands } from "./commands/users";

/** All commands. Every write goes through the same verbs, and audit, as the pages and REST. */
function createProgram(): Command {
  const program = new Command("sidecar")
    .description("Administration of an Agentic Sidecar at the shell of its machine.")
    .option("--as <email>", "act as this person, with their roles (decisions need one)")
    .option("--json", "answer in JSON")
    .exitOverride();
  addUserCommands(program);
  addKeyCommands(program);
  addTrustCommands(program);
  addSuggestionCommands(program);
  addOperationCommands(program);
  addJobCommands(program);
  addModelCommands(program);
  addDatabaseCommands(program);
  return program;
}

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

/** What a script can tell apart. 1 is a failure of ours; 2 is the shell's wrong usage. */
const EXIT_CODES: Record<ErrorCode, number> = {
  invalid_input: 2,
  method_not_allowed: 2,
  too_large: 2,
  unsupported_media_type: 2,
  unauthenticated: 3,
  forbidden: 3,
  not_found: 4,
  conflict: 5,
  candidate_is_worse: 5,
  not_approved: 5,
  coverage_too_low: 5,
  not_executable: 5,
  schema_changed: 5,
  idempotency_mismatch: 5,
  rate_limited: 6,
  overloaded: 6,
  unavailable: 6,
  timeout: 6,
  product_unreachable: 7,
  product_refused: 7,
  misconfigured: 8,
  internal: 1,
};

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}
