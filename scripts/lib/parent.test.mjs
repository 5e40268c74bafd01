import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hashSources } from "./build.mjs";

const WAIT = { timeout: 20_000, interval: 50 };

/** Stands for the supervisor: says that it runs, and how it was asked to stop. */
const SUPERVISOR = `
import { writeFileSync } from "node:fs";
for (const how of ["SIGTERM", "SIGINT", "disconnect"]) {
  // Not once(): without a listener a second signal would end it unasked.
  process.on(how, () => { writeFileSync("stopped", how); process.exit(0); });
}
setInterval(() => {}, 1000);
// Last: who reads it may send a signal at once.
writeFileSync("supervisor.pid", String(process.pid));
`;

/** Stands for a check of `npm test`, and does the same. */
const CHECK = "#!/bin/sh\nexec node server/processes/supervisor/main.mjs\n";

const SCRIPTS = JSON.parse(readFileSync("package.json", "utf8")).scripts;

let root;
let npm;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "sidecar-npm-"));
  cpSync("scripts", path.join(root, "scripts"), { recursive: true });
  write("package.json", JSON.stringify({ type: "module", scripts: SCRIPTS }));
  write("package-lock.json", "{}");
  write("server/processes/supervisor/main.ts", SUPERVISOR);
  write("server/processes/supervisor/main.mjs", SUPERVISOR);
  write("node_modules/.bin/biome", CHECK);
  chmodSync(file("node_modules/.bin/biome"), 0o755);
  symlinkSync(path.resolve("node_modules/tsx"), path.join(root, "node_modules/tsx"));
  const lockHash = createHash("sha256").update("{}").digest("hex");
  write("node_modules/.sidecar-install-stamp", lockHash);
  write(".next/BUILD_ID", "planted");
  write(".next/sidecar-build-stamp", hashSources(root));
});
afterEach(async () => {
  npm?.kill("SIGKILL");
  if (existsSync(file("supervisor.pid")))
    await vi.waitFor(() => expect(isRunning()).toBe(false), WAIT);
  rmSync(root, { recursive: true, force: true });
});

const file = (name) => path.join(root, name);

function write(name, text) {
  mkdirSync(path.dirname(file(name)), { recursive: true });
  writeFileSync(file(name), text);
}

function isRunning() {
  try {
    process.kill(Number(readFileSync(file("supervisor.pid"), "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}

async function startWithNpm(...args) {
  npm = spawn("npm", args, { cwd: root, stdio: "ignore", detached: true });
  await vi.waitFor(() => expect(isRunning()).toBe(true), WAIT);
}

test.each([
  ["SIGTERM", "npm alone"],
  ["SIGINT", "npm alone"],
  ["SIGHUP", "npm alone"],
  ["SIGKILL", "npm alone"],
  ["SIGINT", "all of it, as Ctrl-C does"],
])("%s to %s ends the supervisor of `npm run up` too, politely", async (signal, whom) => {
  await startWithNpm("run", "up");
  process.kill(whom === "npm alone" ? npm.pid : -npm.pid, signal);
  await vi.waitFor(() => expect(isRunning()).toBe(false), WAIT);
  expect(readFileSync(file("stopped"), "utf8")).toMatch(/^SIG(TERM|INT)$/);
});

test.each(["SIGINT", "SIGKILL"])("%s to npm alone ends what `npm test` runs", async (signal) => {
  await startWithNpm("test", "--", "--only", "biome");
  process.kill(npm.pid, signal);
  await vi.waitFor(() => expect(isRunning()).toBe(false), WAIT);
});

test("the scripts that people stop by hand take the place of npm's shell", () => {
  for (const name of ["up", "test", "test:node", "bench", "cli"]) {
    expect(SCRIPTS[name]).toMatch(/^exec /);
  }
});
