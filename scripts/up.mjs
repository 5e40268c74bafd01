// `npm run up`: from a bare clone to a running sidecar. Plain Node: nothing is installed yet.
import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./lib/build.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeProblem } from "./lib/node-version.mjs";
import { watchNpm } from "./lib/parent.mjs";
import { fail, signalRunning, startedAt } from "./lib/run.mjs";
import { loadSettingsFile } from "./lib/settings-file.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What ends this start: first the installation or build that runs, later the supervisor. */
let stop = (signal) => {
  signalRunning(signal);
  process.exit(128 + os.constants.signals[signal]);
};

/** Hands over to the supervisor and lives as long as it does. */
function supervise() {
  const main = path.join(root, "server/processes/supervisor/main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main, String(startedAt)], {
    cwd: root,
    // The channel tells the supervisor when this process is gone, killed even.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, SIDECAR_MODE: process.env.SIDECAR_MODE || "demo" },
  });
  // A terminal's Ctrl-C reaches the supervisor twice then; it counts the first only.
  stop = (signal) => child.kill(signal);
  child.once("error", (error) => fail(`The supervisor could not be started: ${error.message}`));
  child.once("exit", (code, signal) => {
    if (signal !== null) console.error(`\nThe supervisor was ended by ${signal}.`);
    process.exit(code ?? 128 + (os.constants.signals[signal] ?? 0));
  });
}

const problem = nodeProblem();
if (problem !== null) fail(problem);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => stop(name));
watchNpm(() => stop("SIGTERM"));
loadSettingsFile(root);
await ensureInstalled(root);
await ensureBuilt(root);
supervise();
