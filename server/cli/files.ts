import { readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/server/platform/errors";

let folder = process.cwd();

/** Where the command was typed. The program itself runs in the installation's folder. */
export function startIn(typedIn: string): void {
  folder = typedIn;
}

/** The file that an argument names. */
export function fileNamed(name: string): string {
  return path.resolve(folder, name);
}

/** Text of a file that an argument names; `-` is standard input. Throws `invalid_input`. */
export async function readText(name: string): Promise<string> {
  try {
    return await readFile(name === "-" ? "/dev/stdin" : fileNamed(name), "utf8");
  } catch (cause) {
    throw new AppError("invalid_input", `${name} cannot be read.`, { cause });
  }
}

/** The JSON of such a file. Throws `invalid_input`. */
export async function readJson(name: string): Promise<unknown> {
  const text = await readText(name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("invalid_input", `${name} is not JSON: ${why}`, { cause });
  }
}
