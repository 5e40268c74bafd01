import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importCompiled } from "./compile-cli.mjs";

let root;
const write = (name, text) => writeFileSync(path.join(root, name), text);
const builds = () =>
  readdirSync(path.join(root, "node_modules", ".cache", "sidecar-cli")).filter((name) =>
    name.startsWith("build-"),
  );

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "compile-cli-"));
  mkdirSync(path.join(root, "node_modules"));
  write("tsconfig.json", "{}");
  write("part.ts", "export const part: string = import.meta.url;");
  write("main.ts", 'import { part } from "./part";\nexport const said: string = part;');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("a program is compiled once, knows where its sources are, and is compiled anew after a change", async () => {
  const { said } = await importCompiled(root, "main.ts");
  expect(said).toBe(pathToFileURL(path.join(root, "part.ts")).href);
  await importCompiled(root, "main.ts");
  expect(builds()).toHaveLength(1);
  write("part.ts", 'export const part: string = "changed";');
  expect((await importCompiled(root, "main.ts")).said).toBe("changed");
  expect(builds()).toHaveLength(2);
});

test("a program that cannot be kept compiled is run all the same", async () => {
  rmSync(path.join(root, "node_modules"), { recursive: true });
  // A file where the folder should be: nothing can be written there, by root neither.
  write("node_modules", "");
  symlinkSync(path.resolve("node_modules/tsx"), path.join(root, "tsx"));
  expect((await importCompiled(root, "main.ts")).said).toContain("part.ts");
});
