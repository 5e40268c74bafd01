import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Exported, enterModel } from "../card/manifest";

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

/**
 * `export --run DIR [--models models] [--name sidecar-student] [--python python3]`: writes
 * <models>/<name>-q8_0.gguf and its entry in <models>/manifest.json.
 */
export async function exportModel(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      run: { type: "string" },
      models: { type: "string", default: "models" },
      name: { type: "string", default: "sidecar-student" },
      python: { type: "string", default: "python3" },
    },
  });
  if (values.run === undefined) throw new Error("--run is missing: the folder of the training.");
  const run = path.resolve(values.run);
  const file = `${values.name}-q8_0.gguf`;
  const out = path.resolve(values.models, file);
  const printed = await runPython(values.python, [
    ...["export", "model", "--run", run, "--out", out, "--name", values.name],
  ]);
  const calibration = path.join(run, "calibration.json");
  const entry = enterModel(path.resolve(values.models), {
    name: values.name,
    file,
    exported: Exported.parse(JSON.parse(printed)),
    calibration: existsSync(calibration) ? JSON.parse(readFileSync(calibration, "utf8")) : {},
  });
  console.log(JSON.stringify(entry, null, 2));
}

/** The folder whose Python packages `train` and `export` are. */
const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs `python -m <args>` and returns what it printed; what it says of errors goes to our own.
 * `echo` shows the output as it comes. Paths among the arguments must be absolute. Rejects when
 * Python is missing or ends with a code that is not 0.
 */
export async function runPython(
  python: string,
  args: readonly string[],
  { echo = false }: { echo?: boolean } = {},
): Promise<string> {
  const child = spawn(python, ["-B", "-m", ...args], {
    cwd: FOLDER,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (echo) process.stdout.write(text);
    printed += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${python} -m ${args[0]} ended with ${String(code)}.`);
  return printed;
}
