import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** A small tree that keeps every rule. */
const CLEAN: Record<string, string> = {
  "server/contracts/index.ts": "export const contract = 1;",
  "server/platform/index.ts": 'import "@/server/contracts"; export const platform = 1;',
  "server/platform/db.ts": "export const db = 1;",
  "server/platform/errors/index.ts": "export const error = 1;",
  "server/advisor/index.ts":
    'import "@/server/contracts"; import "@/server/platform/errors"; export const advise = 1;',
  "server/proving/index.ts": 'import "@/server/advisor"; import "@/server/platform";',
  "server/proving/inner.ts": "export const inner = 1;",
  "server/proving/gain/index.ts": "export const netGain = 1;",
  "server/proving/judge/index.ts": 'export * from "../gain"; export type Verdict = string;',
  "server/proving/measure/index.ts": 'import type {} from "../judge"; export const measure = 1;',
  "server/statistics/index.ts": "export const median = 1;",
  "server/api/rest/index.ts": 'import "@/server/proving";',
  "drizzle/schema/index.ts": "export const table = 1;",
  "demo/index.ts": 'import "@/server/contracts"; export const demo = 1;',
  "app/page.tsx": 'import "@/server/api/rest";',
  "node_modules/postgres/package.json": '{ "name": "postgres", "main": "index.js" }',
  "node_modules/postgres/index.js": "module.exports = 1;",
};

/** Rule → the file that breaks it and what it says. */
const PLANTED: Record<string, [file: string, text: string]> = {
  "capability-door": ["server/api/rest/planted.ts", 'import "@/server/proving/inner";'],
  "platform-door": ["server/proving/planted-a.ts", 'import "@/server/platform/db";'],
  "platform-at-the-bottom": ["server/platform/planted.ts", 'import "@/server/advisor";'],
  "capabilities-below-transports": ["server/proving/planted-b.ts", 'import "@/server/api/rest";'],
  "transports-below-pages": ["server/api/rest/planted-b.ts", 'import "@/app/page";'],
  "contracts-alone": ["server/contracts/planted.ts", 'import "@/server/platform";'],
  "schema-from-below": ["app/planted.tsx", 'import "@/drizzle/schema";'],
  "demo-apart": ["demo/planted.ts", 'import "@/server/proving";'],
  "no-demo-inside": ["server/proving/planted-c.ts", 'import "@/demo";'],
  "gain-below-judge": ["server/proving/gain/planted.ts", 'import "../judge";'],
  "decide-apart-from-measuring": [
    "server/proving/search/planted-b.ts",
    'import type {} from "../measure";',
  ],
  "measure-apart-from-deciding": ["server/proving/measure/planted.ts", 'import "../judge";'],
  "pure-is-pure": ["server/advisor/planted.ts", 'import "node:fs";'],
  "no-cycles": ["server/advisor/planted-b.ts", 'import "./planted-c";'],
};

/** Pure folders that reach outside: by Node, by a package, through the platform's index or another file. */
const IMPURE: Record<string, string> = {
  "server/statistics/planted.ts": 'import "node:https";',
  "server/proving/judge/planted.ts": 'import "postgres";',
  "server/proving/search/planted.ts": 'import "@/server/platform";',
  "server/sql/planted.ts": 'import "../proving/reaching";',
  "server/advisor/planted-d.ts": 'import type {} from "@/server/platform";',
};

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(path.join(os.tmpdir(), "sidecar-layers-"));
  copyFileSync("tsconfig.json", path.join(tree, "tsconfig.json"));
  for (const [file, text] of Object.entries(CLEAN)) write(file, text);
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), `${text}\n`);
}

/** `rule file` of every violation that the repository's own rules find in the tree. */
function violations(): string[] {
  const cli = path.resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const config = path.resolve(".dependency-cruiser.cjs");
  const args = [cli, "--config", config, "--output-type", "json", "."];
  const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: "utf8" });
  const report = Report.parse(JSON.parse(stdout));
  return report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}

test("a tree that keeps the layers has no violations", () => {
  expect(violations()).toEqual([]);
});

test("every layer rule bites: a planted violation of each is reported at its file", () => {
  for (const [file, text] of Object.values(PLANTED)) write(file, text);
  write("server/advisor/planted-c.ts", 'import "./planted-b";');
  write("server/proving/reaching.ts", 'import "../platform/index";');
  for (const [file, text] of Object.entries(IMPURE)) write(file, text);
  const found = violations();
  for (const [rule, [file]] of Object.entries(PLANTED)) expect(found).toContain(`${rule} ${file}`);
  for (const file of Object.keys(IMPURE)) expect(found).toContain(`pure-is-pure ${file}`);
});
