import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChildSpec } from "./child-process";
import { Supervisor } from "./supervisor";

let dir: string;
let supervisor: Supervisor;
let complaints: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-supervisor-"));
  complaints = "";
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    complaints += String(text);
    return true;
  });
  const lock = { registerChild: () => {}, release: () => {} };
  supervisor = new Supervisor({ dataDir: dir, lock, onGiveUp: () => {} });
});
afterEach(async () => {
  await supervisor.stop();
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const dying = (isOptional: boolean): ChildSpec => ({
  role: "inference",
  label: "The role",
  file: process.execPath,
  args: ["-e", "console.error('the model is damaged'); process.exit(3)"],
  account: null,
  hasWatchdog: false,
  stopSignal: "SIGTERM",
  isReady: async () => false,
  readySecondsMax: 10,
  isOptional,
});

test("an optional role that cannot start is complained about, and the start goes on", async () => {
  await expect(supervisor.start(dying(true))).resolves.toBeUndefined();
  expect(complaints).toMatch(/exit code 3[\s\S]*the model is damaged[\s\S]*go on without it/);
});

test("any other role that cannot start ends the start", async () => {
  await expect(supervisor.start(dying(false))).rejects.toThrow("exit code 3");
});

const living = (isReady: () => Promise<boolean>): ChildSpec => ({
  ...dying(false),
  ...{ label: "The other role", args: ["-e", "setInterval(() => {}, 1000)"], isReady },
});

test("roles that start together do not wait for each other", async () => {
  let begun = 0;
  const bothBegun = async () => begun === 2;
  const specs = [bothBegun, bothBegun].map((isReady) => {
    let isFirst = true;
    return living(() => {
      if (isFirst) begun += 1;
      isFirst = false;
      return isReady();
    });
  });
  await expect(supervisor.startTogether(specs)).resolves.toBeUndefined();
});

test("one of them that cannot start ends the start only once the others have begun", async () => {
  let isUp = false;
  const slow = living(async () => {
    const wasUp = isUp;
    isUp = true;
    return wasUp;
  });
  await expect(supervisor.startTogether([dying(false), slow])).rejects.toThrow("exit code 3");
  expect(isUp).toBe(true);
});
