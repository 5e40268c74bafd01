import { spawn } from "node:child_process";

export const startedAt = Date.now();

/** One line for the person watching, with the seconds since the start. */
export function report(message) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
  console.log(`[${seconds} s] ${message}`);
}

/** Prints what went wrong and what to do, and ends with exit code 1. */
export function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** Programs that run now. */
export const running = new Set();

/** Passes a signal on to every program that runs now. */
export function signalRunning(name) {
  for (const child of running) child.kill(name);
}

/**
 * Runs a program to its end, its output collected and (with `isShown`) passed on. While it is
 * silent, says every 10 s that it still works. Answers exit code and all output.
 */
export function run(file, args, { what, isShown = false, env = process.env, cwd } = {}) {
  return new Promise((resolve) => {
    const began = Date.now();
    const child = spawn(file, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const said = [];
    const tick = setInterval(() => {
      report(`  … ${what}, ${Math.round((Date.now() - began) / 1000)} s`);
    }, 10_000);
    for (const [stream, sink] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on("data", (chunk) => {
        said.push(chunk);
        if (isShown) sink.write(chunk);
      });
    }
    const finish = (code) => {
      clearInterval(tick);
      running.delete(child);
      resolve({ code, output: Buffer.concat(said).toString("utf8") });
    };
    child.once("error", (error) => {
      said.push(Buffer.from(String(error)));
      finish(127);
    });
    child.once("close", (code) => finish(code ?? 1));
  });
}
