import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChildSpec } from "./child-process";
import { signalGroup } from "./child-process";
import type { DataDirLock, ProcessIdentity } from "./lock";
import { afterCrash, SupervisedChild } from "./supervised-child";

let dir: string;
let pids: number[];
let said: string;
const lock: DataDirLock = {
  registerChild: (_, child: ProcessIdentity | null) => {
    if (child !== null) pids.push(child.pid);
  },
  release: () => {},
};

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-child-"));
  pids = [];
  said = "";
  const note = (text: unknown) => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(note);
  vi.spyOn(process.stderr, "write").mockImplementation(note);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

function role(script: string, isReady: ChildSpec["isReady"] = async () => true): SupervisedChild {
  const spec: ChildSpec = {
    role: "prover",
    label: "The role",
    file: process.execPath,
    args: ["-e", script],
    account: null,
    hasWatchdog: false,
    stopSignal: "SIGTERM",
    isReady,
    readySecondsMax: 10,
  };
  return new SupervisedChild({ spec, dataDir: dir, lock, onGiveUp: () => {} });
}

test("a killed role is named with its reason and started again; stop() leaves nothing", async () => {
  const child = role("setInterval(() => {}, 1000)");
  await child.start();
  const [first = 0] = pids;
  process.kill(first, "SIGKILL");
  await vi.waitFor(() => expect(pids).toHaveLength(2), { timeout: 10_000 });
  expect(said).toContain("The role died (signal SIGKILL); restarting in 1 s");
  await child.stop();
  expect(pids.map((pid) => signalGroup(pid, 0))).toEqual([false, false]);
});

test("a role that dies at its start is a failure that shows the end of its log", async () => {
  const child = role("console.error('listen EADDRINUSE'); process.exit(3)", async () => false);
  await expect(child.start()).rejects.toThrow(/exit code 3[\s\S]*EADDRINUSE[\s\S]*PORT/);
  await child.stop();
});

test("every start has a log of its own, the earlier one beside it", async () => {
  const log = path.join(dir, "logs", "prover.log");
  for (const word of ["first", "second"]) {
    // A busy machine takes its time until Node says anything.
    const child = role(
      `console.log('${word}'); setInterval(() => {}, 1000)`,
      async () => existsSync(log) && readFileSync(log, "utf8").includes(word),
    );
    await child.start();
    await child.stop();
  }
  const read = (name: string) => readFileSync(path.join(dir, "logs", name), "utf8").trim();
  expect([read("prover.log"), read("prover.log.1")]).toEqual(["second", "first"]);
});

test("delays double while a role keeps dying, and the fifth crash within a minute ends it", () => {
  const now = 1_000_000;
  const delays = [0, 1, 2, 3].map((count) => afterCrash(Array(count).fill(now - 1000), now));
  expect(delays).toEqual([1, 2, 4, 8].map((s) => ({ action: "restart", delayMs: s * 1000 })));
  expect(afterCrash(Array(4).fill(now - 59_000), now)).toEqual({ action: "give-up", crashes: 5 });
});

test("crashes of more than a minute ago are forgotten", () => {
  const old = Array(20).fill(0);
  expect(afterCrash(old, 60_000)).toEqual({ action: "restart", delayMs: 1000 });
});
