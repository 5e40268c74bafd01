import { CliCommand } from "./command";
import { SECTIONS } from "./entries";
import { EXIT_MEANINGS } from "./exit-codes";

/** The help of the whole ends with it. */
const exitCodes = (): string =>
  Object.entries(EXIT_MEANINGS)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join("\n");

/** All commands; those of an entry are loaded where `isWanted` says so. */
export async function createProgram(
  isWanted: (entry: string) => boolean,
  { version = "unknown", isJson = false } = {},
): Promise<CliCommand> {
  const program = new CliCommand("sidecar")
    .description("Administration of an Agentic Sidecar at the shell of its machine.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print the help of a command")
    .helpCommand("help [command]", "print the help of a command")
    .option("--as <email>", "act as this person, with their roles (decisions need one)")
    .option("--json", "print JSON, errors too")
    .addHelpText("after", `\nExit codes:\n${exitCodes()}`)
    // What it has to complain of is said as all errors are, see `runCli`.
    .configureOutput({ outputError: () => {}, ...(isJson && { writeErr: () => {} }) })
    .exitOverride();
  for (const [heading, entries] of Object.entries(SECTIONS)) {
    program.commandsGroup(heading);
    for (const [name, { summary, load }] of Object.entries(entries)) {
      const command = program.command(name).description(summary);
      if (isWanted(name)) (await load())(command);
    }
  }
  return program;
}

/** Every command that does something, with its name in full: `users list`. */
export function leafCommands(
  group: CliCommand,
  path = "",
): { path: string; command: CliCommand }[] {
  return group.commands.flatMap((command) => {
    if (!(command instanceof CliCommand)) return [];
    const own = `${path} ${command.name()}`.trim();
    const below = leafCommands(command, own);
    return command.jsonType === null ? below : [{ path: own, command }, ...below];
  });
}
