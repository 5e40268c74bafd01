import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensureBuilt } from "./build.mjs";
import { findChromium } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { playwrightFailures, vitestFailures } from "./failures.mjs";
import { FIRST_LOAD_KB_MAX, measureFirstLoad } from "./first-load.mjs";
import { report, run } from "./run.mjs";

const JOURNEY_ROWS = 400_000;

/** What depends on the version of Node.js: native modules, sockets, processes, the embedded database. */
const NODE_TESTS = [
  "demo/",
  "scripts/",
  "server/identity/",
  "server/inference/",
  "server/platform/",
  "server/processes/supervisor/",
  "server/queue/",
  "server/workload/",
];

/** A static check: one test, shown only when it fails. Such checks can run side by side. */
function check(name, script, args) {
  return {
    name,
    isStatic: true,
    async run(root) {
      const file = path.join(root, "node_modules", ".bin", script);
      const { code, output } = await run(file, args, { what: name, cwd: root });
      if (code !== 0) console.error(output.trim());
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

/** Runs `use` with a path for a runner's JSON report; answers the parsed report or null. */
async function withReport(use) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sidecar-report-"));
  const file = path.join(folder, "report.json");
  try {
    const code = await use(file);
    return { code, json: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A runner that failed without a failed test (a file that does not load) still failed once. */
function verdict(code, passed, failed) {
  if (passed + failed === 0) console.error("This suite ran no tests.");
  const isBad = code !== 0 || passed + failed === 0;
  return { passed, failed: isBad && failed === 0 ? 1 : failed };
}

/** Vitest on every test, or on those whose path holds one of `paths`. */
function vitest(paths = []) {
  return {
    name: "vitest",
    isStatic: false,
    async run(root) {
      const bin = path.join(root, "node_modules", ".bin", "vitest");
      const { code, json } = await withReport(async (file) => {
        const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
        const args = ["run", ...paths, ...reporters];
        return (await run(bin, args, { what: "vitest", isShown: true, cwd: root })).code;
      });
      const failures = vitestFailures(root, json);
      return { ...verdict(code, json?.numPassedTests ?? 0, json?.numFailedTests ?? 0), failures };
    },
  };
}

/** Runs `use` on a demo; one that cannot be stopped cleanly is a failure of its own. */
async function withDemo(root, rows, use) {
  await ensureBuilt(root);
  report(`starting a demo with ${rows.toLocaleString("en-US")} rows`);
  const demo = await startDemo(root, { rows, secondsMax: 180 });
  let result;
  try {
    result = await use(demo);
  } finally {
    const code = await demo.stop();
    report(`the demo was stopped (exit code ${code})`);
    if (result !== undefined && code !== 0) {
      result.failed += 1;
      result.failures.push(`the demo ended with exit code ${code}`);
    }
  }
  return result;
}

/** The whole program becomes ready, which each role says of itself, and stops. */
const start = {
  name: "start",
  isStatic: false,
  run: (root) => withDemo(root, 50_000, async () => ({ passed: 1, failed: 0, failures: [] })),
};

/** No page makes a browser load more than it may; on the build that the journeys use. */
const firstLoad = {
  name: "first load",
  isStatic: false,
  async run(root) {
    await ensureBuilt(root);
    const pages = measureFirstLoad(root);
    const failures = pages
      .filter(({ kb }) => kb > FIRST_LOAD_KB_MAX)
      .map(({ route, kb }) => `${route} loads ${kb.toFixed(1)} kB of JavaScript at first`);
    if (pages.length === 0) failures.push("the build names no page");
    for (const failure of failures) console.error(failure);
    return { passed: pages.length - failures.length, failed: failures.length, failures };
  },
};

async function runPlaywright(root, demo, chromium) {
  const bin = path.join(root, "node_modules", ".bin", "playwright");
  const { code, json } = await withReport(async (file) => {
    const env = {
      ...process.env,
      PLAYWRIGHT_CHROMIUM_PATH: chromium,
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
      // Where the journeys find addresses, users and tokens.
      SIDECAR_DATA_DIR: demo.dataDir,
      OIDC_ISSUER: demo.issuer,
    };
    const args = ["test", "--reporter=list,json"];
    return (await run(bin, args, { what: "playwright", isShown: true, cwd: root, env })).code;
  });
  const { expected = 0, flaky = 0, unexpected = 0 } = json?.stats ?? {};
  const failures = playwrightFailures(json);
  return { ...verdict(code, expected + flaky, unexpected), failures };
}

const playwright = {
  name: "playwright",
  isStatic: false,
  async run(root) {
    const chromium = await findChromium(root);
    if (chromium === null) {
      console.error(
        "No Chromium was found and none could be installed. Install one (Debian: apt-get install " +
          "chromium) or name it: PLAYWRIGHT_CHROMIUM_PATH=/path/to/chromium npm test",
      );
      return { passed: 0, failed: 1 };
    }
    return withDemo(root, JOURNEY_ROWS, (demo) => runPlaywright(root, demo, chromium));
  },
};

/** Everything `npm test` runs, cheapest first. */
export const SUITES = [
  check("biome", "biome", ["check", "."]),
  check("types", "tsc", ["--noEmit"]),
  check("knip", "knip", []),
  check("layers", "depcruise", ["--config", ".dependency-cruiser.cjs", "."]),
  vitest(),
  firstLoad,
  playwright,
];

/** What `npm run test:node` runs with another Node.js. */
export const NODE_SUITES = [check("types", "tsc", ["--noEmit"]), vitest(NODE_TESTS), start];
