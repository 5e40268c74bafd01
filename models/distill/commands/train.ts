import path from "node:path";
import { runPython } from "./run-python";

const PATHS = new Set(["--data", "--run", "--initial"]);

/**
 * `train --data DIR --run DIR [--python python3] [--minutes 60] [--threads 1] …`: every setting of
 * models/distill/train/settings.py is an option. Goes on where the run was stopped.
 */
export function train(args: string[]): Promise<void> {
  return runTrainer("run", args);
}

/** `speed [--python python3] [--width 192] …`: tokens per second of training on 1 and 2 threads. */
export function speed(args: string[]): Promise<void> {
  return runTrainer("speed", args);
}

async function runTrainer(command: string, args: readonly string[]): Promise<void> {
  let python = "python3";
  const passed: string[] = [];
  for (let i = 0; i < args.length; i += 2) {
    const [name = "", value = ""] = args.slice(i, i + 2);
    if (name === "--python") python = value;
    else passed.push(name, PATHS.has(name) ? path.resolve(value) : value);
  }
  await runPython(python, ["train", command, ...passed], { echo: true });
}
