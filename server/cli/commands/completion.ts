import { Argument } from "commander";
import { AppError } from "@/server/platform/errors";
import { CliCommand } from "../command";
import { completionScript, isShell, SHELLS } from "../completion";

export function defineCompletion(command: CliCommand): void {
  command
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .prints("{ shell, script }", async ({ arg }) => {
      const [shell, program] = [arg("shell"), command.parent];
      if (!isShell(shell) || !(program instanceof CliCommand)) {
        throw new AppError("internal", "The commands to complete are not known.");
      }
      const script = completionScript(shell, program);
      return { data: { shell, script }, lines: [script.trimEnd()] };
    });
}
