import { Command } from "commander";
import { addDatabaseCommands } from "./commands/database";
import { addJobCommands } from "./commands/jobs";
import { addKeyCommands } from "./commands/keys";
import { addModelCommands } from "./commands/models";
import { addOperationCommands } from "./commands/operations";
import { addSuggestionCommands } from "./commands/suggestions";
import { addTrustCommands } from "./commands/trust";
import { addUserCommands } from "./commands/users";

/** All commands. Every write goes through the same verbs, and audit, as the pages and REST. */
export function createProgram(): Command {
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
