import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { nodeProblem } from "./node-version.mjs";
import { watchNpm } from "./parent.mjs";
import { fail, signalRunning, startedAt } from "./run.mjs";
import { loadSettingsFile } from "./settings-file.mjs";

/** What ends this start: first the installation or build that runs, later the program. */
let stop = (signal) => {
  signalRunning(signal);
  process.exit(128 + os.constants.signals[signal]);
};

/** Runs a TypeScript program, told when the start began, and lives as long as it does. */
function runProgram(root, { main, name, args }) {
  const program = ["--import", "tsx", path.join(root, main), String(startedAt), ...args];
  const child = spawn(process.execPath, program, {
    cwd: root,
    // The channel tells the program when this process is gone, killed even.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, SIDECAR_MODE: process.env.SIDECAR_MODE || "demo" },
  });
  // A terminal's Ctrl-C reaches the program twice then; it counts the first only.
  stop = (signal) => child.kill(signal);
  child.once("error", (error) => fail(`${name} could not be started: ${error.message}`));
  child.once("exit", (code, signal) => {
    if (signal !== null) console.error(`\n${name} was ended by ${signal}.`);
    process.exit(code ?? 128 + (os.constants.signals[signal] ?? 0));
  });
}

/** From a bare clone to a running program: installs and builds what is missing, then hands over. */
export async function handOver(root, program) {
  const problem = nodeProblem();
  if (problem !== null) fail(problem);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => stop(name));
  watchNpm(() => stop("SIGTERM"));
  loadSettingsFile(root);
  await ensureInstalled(root);
  await ensureBuilt(root);
  runProgram(root, program);
}
