import { card } from "./card";
import { evaluateModel } from "./evaluate";
import { exportModel } from "./export";
import { memory } from "./memory";
import { parity } from "./parity";
import { refine } from "./refine";
import { selfTest } from "./self-test";
import { teach } from "./teach";
import { speed, train } from "./train";

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
