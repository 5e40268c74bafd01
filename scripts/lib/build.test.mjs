import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureBuilt, hashSources } from "./build.mjs";
import { installAdvice } from "./install.mjs";
import { nodeProblem } from "./node-version.mjs";

let root;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "sidecar-build-"));
  mkdirSync(path.join(root, "app", "deep"), { recursive: true });
  write("app/deep/page.tsx", "one");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (file, text) => writeFileSync(path.join(root, file), text);

test("a build is stale after any source changes, moves or goes, and not after a test changes", () => {
  const before = hashSources(root);
  write("app/deep/page.test.tsx", "a test");
  expect(hashSources(root)).toBe(before);
  write("app/deep/page.tsx", "two");
  const changed = hashSources(root);
  expect(changed).not.toBe(before);
  write("app/page.tsx", "two");
  rmSync(path.join(root, "app", "deep", "page.tsx"));
  expect(hashSources(root)).not.toBe(changed);
});

/** Stands for next: counts its runs; `during` is what happens meanwhile. */
function plantNext(during = "") {
  const bin = "node_modules/next/dist/bin";
  mkdirSync(path.join(root, bin), { recursive: true });
  const lines = [
    'const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");',
    'appendFileSync("runs", "x");',
    'mkdirSync(".next", { recursive: true });',
    'writeFileSync(".next/BUILD_ID", "1");',
    during,
  ];
  write(`${bin}/next`, lines.join("\n"));
}
const runs = () =>
  existsSync(path.join(root, "runs")) ? readFileSync(path.join(root, "runs"), "utf8").length : 0;

test("a build is made once and used until its sources change or it is gone", async () => {
  plantNext();
  await ensureBuilt(root);
  await ensureBuilt(root);
  expect(runs()).toBe(1);
  write("app/deep/page.tsx", "two");
  await ensureBuilt(root);
  expect(runs()).toBe(2);
  rmSync(path.join(root, ".next", "BUILD_ID"));
  await ensureBuilt(root);
  expect(runs()).toBe(3);
});

test("a source saved while the build runs makes the next start build again", async () => {
  plantNext('writeFileSync("app/deep/page.tsx", "saved meanwhile");');
  await ensureBuilt(root);
  await ensureBuilt(root);
  await ensureBuilt(root);
  expect(runs()).toBe(2);
});

test("an old Node.js is told which one is needed; a current one is let through", () => {
  expect(nodeProblem("18.20.0")).toContain("20.9");
  expect(nodeProblem("20.8.1")).toContain("20.9");
  expect([nodeProblem("20.9.0"), nodeProblem("24.1.0")]).toEqual([null, null]);
});

test("a failed install is explained by its reason", () => {
  expect(installAdvice("npm error code ENOSPC")).toContain("disk is full");
  expect(installAdvice("npm error request failed, reason: getaddrinfo EAI_AGAIN")).toContain(
    "registry cannot be reached",
  );
});
