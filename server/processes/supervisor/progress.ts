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
export function complain(message: string): void {
  process.stderr.write(`\n${message}\n`);
}
