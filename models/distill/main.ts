import { card } from "./commands/card";
import { evaluateModel, memory } from "./commands/evaluate";
import { parity } from "./commands/parity";
import { refine } from "./commands/refine";
import { selfTest } from "./commands/self-test";
import { teach } from "./commands/teach";
import { exportModel, speed, train } from "./commands/train";
import { check, dataset } from "./dataset/command";
import { costModel, experiments } from "./teacher/command";

/** What makes a student of a data set, by name of the command. */
export const STUDENT_COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  teach,
  train,
  speed,
  parity,
  export: exportModel,
  evaluate: evaluateModel,
  memory,
  refine,
  card,
  "self-test": selfTest,
};

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
