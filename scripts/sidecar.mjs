#!/usr/bin/env node
// `npx sidecar`: administration at the shell (docs/cli.md). Plain Node; what it runs is TypeScript.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { importCompiled } from "./lib/compile-cli.mjs";
import { nodeProblem } from "./lib/node-version.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const problem = nodeProblem();
if (problem !== null) {
  console.error(problem);
  process.exit(1);
}
// Whoever reads the output may have seen enough: `sidecar audit | head`.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
// Settings (.env) and the data folder are the installation's, wherever the command is typed.
const folder = process.cwd();
process.chdir(root);
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const { runCli } = await importCompiled(root, "server/cli/run.ts");
process.exitCode = await runCli(process.argv.slice(2), { folder, version });
