import { type Command, CommanderError } from "commander";
import { z } from "zod";
import type { CliError } from "@/server/contracts";
// Not the platform's whole door: the help needs no database.
import { AppError, toAppError } from "@/server/platform/errors";
import type { CliCommand } from "./command";
import { MOVED } from "./entries";
import { type ExitCode, exitCodeOf } from "./exit-codes";
import { startIn } from "./files";
import { nearest } from "./nearest";
import { createProgram } from "./program";
import { printable } from "./terminal";

interface Start {
  /** Where the command was typed: files are named from there. */
  folder?: string;
  version?: string;
}

/** Options that do not fit are the caller's mistake, wherever they were parsed. */
function asAppError(error: unknown): AppError {
  if (error instanceof z.ZodError) {
    const faults = error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join(".")}: ${message}`,
    );
    return new AppError("invalid_input", faults.join("; "), { cause: error });
  }
  if (!(error instanceof CommanderError)) return toAppError(error);
  const message =
    error.code === "commander.help"
      ? "A command is missing; see --help."
      : error.message.replace(/^error: /, "");
  return new AppError("invalid_input", message, { cause: error });
}

/** Says one line on stderr. Answers the exit code. */
function complain({ code, message, details, cause }: AppError, isJson: boolean): ExitCode {
  const exit_code = exitCodeOf(code);
  const reason = code === "internal" && cause !== undefined ? ` ${String(cause)}` : "";
  const line = `${message}${reason}`.replace(/\s*\n\s*/g, " ");
  if (isJson) {
    const error: CliError["error"] = { code, message: line, exit_code };
    process.stderr.write(`${JSON.stringify({ error: details ? { ...error, details } : error })}\n`);
  } else {
    process.stderr.write(`${printable(`${code}: ${line}`)}\n`);
  }
  return exit_code;
}

/** What a command of an earlier version is called now. */
function movedTo(args: readonly string[]): AppError | null {
  const [group = "", name = ""] = args.filter((arg) => !arg.startsWith("-"));
  const former = `${group} ${name}`;
  const now = MOVED[former];
  if (now === undefined) return null;
  return new AppError("invalid_input", `\`${former}\` is now \`${now}\`: sidecar help ${now}`);
}

/** `help users roles` is `users roles --help`. Throws `invalid_input` where there is no such command. */
function withoutHelp(args: string[], program: CliCommand): string[] {
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (words[0] !== "help" || words.length === 1) return args;
  let at: Command = program;
  for (const word of words.slice(1)) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) {
      const near = nearest(
        word,
        at.commands.map((command) => command.name()),
      );
      const hint = near === null ? "" : ` Did you mean ${near}?`;
      throw new AppError("invalid_input", `There is no command \`${word}\`.${hint}`);
    }
    at = next;
  }
  return [...words.slice(1), "--help"];
}

/** Runs one command line. Answers the exit code; says why on stderr when that is not 0. */
export async function runCli(
  args: string[],
  { folder = process.cwd(), version }: Start = {},
): Promise<number> {
  startIn(folder);
  const isJson = args.includes("--json");
  // The completion is of all commands.
  const isWanted = (entry: string) => args.includes(entry) || args.includes("completion");
  try {
    const program = await createProgram(isWanted, { isJson, ...(version && { version }) });
    await program.parseAsync(withoutHelp(args, program), { from: "user" });
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) return complain(asAppError(thrown), isJson);
    if (thrown.exitCode === 0) return 0;
    // A group without a command has printed its help.
    if (thrown.code === "commander.help" && !isJson) return 2;
    return complain(movedTo(args) ?? asAppError(thrown), isJson);
  }
}
