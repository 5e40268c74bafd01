import { card } from "./commands/card";
import { check } from "./commands/check";
import { evaluateModel } from "./commands/evaluate";
import { exportModel } from "./commands/export";
import { parity } from "./commands/parity";
import { teach } from "./commands/teach";
import { train } from "./commands/train";

interface Command {
  what: string;
  run(args: string[]): Promise<void>;
}

/** `npm run distill -- <command> …` */
const COMMANDS: Record<string, Command> = {
  teach: { what: "soft labels by any GGUF", run: teach },
  train: { what: "tokenizer, training, calibration (Python, PyTorch)", run: train },
  parity: { what: "compare llama.cpp with the trainer's logits", run: parity },
  export: { what: "write the student as GGUF and enter it in the manifest", run: exportModel },
  evaluate: { what: "student, rules, majority and teacher side by side", run: evaluateModel },
  card: { what: "write the model card from the figures", run: card },
  check: { what: "the whole tool chain on a toy data set, in a minute", run: check },
};

const [name = "", ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  const lines = Object.entries(COMMANDS).map(([key, { what }]) => `  ${key.padEnd(12)}${what}`);
  console.error(`npm run distill -- <command>\n${lines.join("\n")}`);
  process.exitCode = 2;
} else {
  command.run(args).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
