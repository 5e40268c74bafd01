import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChildSpec } from "./child-spec";
import type { DataDirLock } from "./lock";
import { signalGroup } from "./process-group";
import type { ProcessIdentity } from "./process-identity";
import { SupervisedChild } from "./supervised-child";

let dir: string;
let pids: number[];
let said: string;
const lock: DataDirLock = {
  noteChild: (_, child: ProcessIdentity | null) => {
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

function role(
  script: string,
  isReady: ChildSpec["isReady"] = async (runningMs) => runningMs > 300,
): SupervisedChild {
  const spec: ChildSpec = {
    role: "prover",
    label: "The role",
    file: process.execPath,
    args: ["-e", script],
    account: null,
    hasLeash: false,
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
