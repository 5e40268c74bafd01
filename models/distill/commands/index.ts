import { card } from "./card";
import { evaluateModel } from "./evaluate";
import { exportModel } from "./export";
import { parity } from "./parity";
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
  card,
  "self-test": selfTest,
};
