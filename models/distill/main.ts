import { STUDENT_COMMANDS } from "./commands";
import { check, dataset } from "./dataset/command";
import { costModel, experiments } from "./teacher/command";

/** `npm run distill -- <command> [options]` */
const COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  experiments,
  "cost-model": costModel,
  dataset,
  check,
  ...STUDENT_COMMANDS,
};

const [name = "", ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.error(`Commands: ${Object.keys(COMMANDS).join(", ")}.`);
  process.exitCode = 2;
} else {
  try {
    await command(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
