// `npm run test:node -- 22`: what depends on the version of Node.js, tested with another one that npm
// fetches from the package registry. Everything below is started with that one.
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { watchNpm } from "./lib/parent.mjs";
import { fail, report } from "./lib/run.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Path of the newest Node.js of a major version. Ends this program when it cannot be had. */
function fetchNode(major) {
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  const args = ["--yes", `node@${major}`, "-p", "process.execPath + ' ' + process.versions.node"];
  const { stdout, stderr } = spawnSync(npx, args, { cwd: root, encoding: "utf8" });
  const [, file, version] = /^(.+) (\d+\.\d+\.\d+)$/m.exec(stdout ?? "") ?? [];
  if (version?.startsWith(`${major}.`)) return { file, version };
  fail(`Node.js ${major} could not be fetched (npx node@${major}):\n${stderr || stdout}`);
}

const [major] = process.argv.slice(2);
if (!/^\d+$/.test(major ?? "")) fail("Which Node.js? For example: npm run test:node -- 22");
const { file, version } = fetchNode(major);
report(`testing with Node.js ${version}`);
const env = { ...process.env, PATH: path.dirname(file) + path.delimiter + process.env.PATH };
const child = spawn(file, [path.join(root, "scripts", "test.mjs"), "--node"], {
  cwd: root,
  env,
  stdio: "inherit",
});
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name));
watchNpm(() => child.kill("SIGTERM"));
child.once("exit", (code) => process.exit(code ?? 1));
