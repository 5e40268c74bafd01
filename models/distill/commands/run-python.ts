import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

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
