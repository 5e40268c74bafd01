import { execFile } from "node:child_process";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { measureResident } from "../evaluate/evaluate";

/** `memory --model PATH.gguf [--threads 1]`: prints the megabytes of a process that holds it. */
export async function memory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { model: { type: "string" }, threads: { type: "string", default: "1" } },
  });
  if (values.model === undefined) throw new Error("--model is missing.");
  console.log(await measureResident(values.model, Number(values.threads)));
}

/** The same, measured in a process of its own: the caller's data is not counted. */
export async function measureApart(model: string): Promise<number> {
  const main = path.resolve(process.argv[1] ?? "");
  const args = [...process.execArgv, main, "memory", "--model", model];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout.trim());
}
