import { AppError } from "@/server/platform";

/** `npm run up` says when it began, so that its lines and ours count from the same moment. */
const startedAt = Number(process.argv[2]) || Date.now();

/** A reader that went away (a closed pipe) must not end the supervisor. */
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

/** One line for the person watching, with the seconds since the start. */
export function report(message: string): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`[${seconds} s] ${message}\n`);
}

/** A line exactly as it is: what scripts look for. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Something the person must act on. */
export function printError(message: string): void {
  process.stderr.write(`\n${message}\n`);
}

const DISK_FULL = /ENOSPC|no space left on device|could not extend file|disk (?:is )?full/i;

const DISK_ADVICE =
  "The disk is full. Free some space (df -h shows where), or put the data elsewhere with " +
  "SIDECAR_DATA_DIR=<folder>; then run `npm run up` again: nothing that was committed is lost.";

const HINTS: readonly [RegExp, string][] = [
  [DISK_FULL, DISK_ADVICE],
  [
    /out of memory|heap limit|Cannot allocate memory|SIGKILL/i,
    "It was killed from outside or ran out of memory: close other programs, or use fewer rows " +
      "(DEMO_ROWS=500000).",
  ],
  [/EADDRINUSE/, "Its port was taken meanwhile: choose another with PORT or DEMO_PORT."],
  [
    /Could not find a production build|MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND/,
    "The build or an installed package is missing: run `npm ci && npm run build`.",
  ],
  [
    /EACCES|permission denied/i,
    "A file may not be read or written: check who owns the data folder.",
  ],
];

/** What to do about a failure, from what it said; empty when we do not know. */
export function adviceFor(text: string): string {
  return HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? "";
}

/** Any failure as text for the person at the console: what happened, then what to do. */
export function explain(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const advice = adviceFor(`${code} ${said}`);
  if (error instanceof AppError) return advice === DISK_ADVICE ? `${said}\n${advice}` : said;
  return [said, advice].filter((part) => part !== "").join("\n");
}
