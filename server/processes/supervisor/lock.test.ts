import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identify, lockDataDir } from "./lock";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a second supervisor of a data folder is refused while the first lives, then let in", async () => {
  const { lock } = await lockDataDir(dir);
  await expect(lockDataDir(dir)).rejects.toThrow(`kill ${process.pid}`);
  lock.release();
  const again = await lockDataDir(dir);
  expect(again.ended).toEqual([]);
  again.lock.release();
});

test("of many supervisors that start at once exactly one gets the folder", async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dir)));
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("what a killed supervisor left running is ended; a process that got its pid is not", async () => {
  const script = "setInterval(() => {}, 1000)";
  const orphan = spawn(process.execPath, ["-e", script], { detached: true, stdio: "ignore" });
  const bystander = spawn(process.execPath, ["-e", script], { detached: true, stdio: "ignore" });
  const ended = new Promise((resolve) => orphan.once("exit", resolve));
  const dead = { pid: process.pid, mark: "an earlier process" };
  const children = {
    web: identify(orphan.pid ?? 0),
    demo: { pid: bystander.pid, mark: "an earlier process" },
  };
  writeFileSync(path.join(dir, "supervisor.lock"), JSON.stringify({ supervisor: dead, children }));
  const { lock, ended: roles } = await lockDataDir(dir);
  await ended;
  expect(roles).toEqual(["web"]);
  expect(identify(bystander.pid ?? 0)).not.toBeNull();
  bystander.kill("SIGKILL");
  lock.release();
});
