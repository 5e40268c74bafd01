import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";

const KEPT = 3;

/** `<data dir>/logs/<role>.log`; its folder is private, logs can name people. */
export function logFileOf(dataDir: string, role: string): string {
  const folder = path.join(dataDir, "logs");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return path.join(folder, `${role}.log`);
}

/** The last starts' logs move to .1, .2, .3; the oldest goes. */
export function rotateLog(file: string): void {
  for (let age = KEPT - 1; age >= 0; age--) {
    const from = age === 0 ? file : `${file}.${age}`;
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`);
  }
}

/** Runs `use` with the file opened for appending; a child keeps its own copy of the handle. */
export function withLogHandle<T>(file: string, use: (handle: number) => T): T {
  const handle = openSync(file, "a", 0o600);
  try {
    return use(handle);
  } finally {
    closeSync(handle);
  }
}

/** The end of a log, for a message to a person. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}
