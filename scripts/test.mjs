// `npm test`: all set-up included. `npm test -- --only vitest,types` runs some suites only, and
// `--node` (for `npm run test:node`) what depends on the version of Node.js.
import { rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./lib/install.mjs";
import { nodeProblem } from "./lib/node-version.mjs";
import { watchNpm } from "./lib/parent.mjs";
import { fail, report, signalRunning } from "./lib/run.mjs";
import { NODE_SUITES, SUITES } from "./lib/suites.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function chosenSuites(args) {
  if (args.includes("--node")) return NODE_SUITES;
  const at = args.indexOf("--only");
  if (at === -1) return SUITES;
  const names = (args[at + 1] ?? "").split(",");
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = SUITES.map((suite) => suite.name).join(", ");
    fail(`There is no suite ${unknown.join(", ")}. There are: ${known}.`);
  }
  return SUITES.filter((suite) => names.includes(suite.name));
}

async function runSuite(suite) {
  report(`${suite.name} …`);
  const began = Date.now();
  let result;
  try {
    result = await suite.run(root);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    result = { passed: 0, failed: 1 };
  }
  return { name: suite.name, seconds: (Date.now() - began) / 1000, ...result };
}

/** Ends what runs now: a runner would go on without anybody to read it. */
function stop(signal) {
  signalRunning(signal);
  process.exit(128 + os.constants.signals[signal]);
}

const problem = nodeProblem();
if (problem !== null) fail(problem);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => stop(name));
watchNpm(() => stop("SIGTERM"));
const suites = chosenSuites(process.argv.slice(2));
await ensureInstalled(root);
// Types of routes that an older build knew and that are gone would fail the type check.
rmSync(path.join(root, ".next", "types"), { recursive: true, force: true });

const results = await Promise.all(suites.filter((suite) => suite.isStatic).map(runSuite));
for (const suite of suites.filter((suite) => !suite.isStatic)) results.push(await runSuite(suite));

console.log("");
for (const { name, passed, failed, seconds } of results) {
  const mark = failed === 0 ? "ok  " : "FAIL";
  console.log(
    `${mark} ${name.padEnd(12)} ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`,
  );
}
// Named again here: the end of a long log is what people see first.
for (const { name, failures = [] } of results) {
  for (const failure of failures) console.log(`     ${name}: ${failure}`);
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
