import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/**
 * Suites whose verdicts rest on measured times: they run after the others, each on a core of its own
 * (a shadow on two cores has one thread).
 */
const MEASURING = [
  "server/proving/prove-again.test.ts",
  "server/proving/prove-candidates.test.ts",
  "server/proving/prove-sets.test.ts",
  "server/proving/runner.test.ts",
  "server/proving/test-request.test.ts",
  "server/decisions/continue-search.test.ts",
  "server/conversations/real-questions.test.ts",
  "server/execution/requested-change.test.ts",
  "bench/advisor/run-workload.test.ts",
];
/** One more than there are cores: many tests wait, for a lease to run out or a process to start. */
const WORKERS = 3;

/** They change settings of their process, and have one each. */
const SETTING = ["server/api/rest/health.test.ts", "server/api/trpc/context.test.ts"];

const CAPABILITIES =
  "advisor contracts data-product decisions execution identity knowledge proving statistics workload";

/** Folders whose modules keep nothing of a test: their files share an environment, loaded once. */
const SHARING = `api ${CAPABILITIES} testing`
  .split(" ")
  .map((name) => `server/${name}`)
  .concat("bench", "components", "demo", "models/distill")
  .map((folder) => `${folder}/**/*.test.{ts,tsx}`);

const NO_TESTS = ["node_modules/**", ".next/**", ".data/**", "e2e/**"];

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["**/*.test.ts", "**/*.test.tsx", "scripts/**/*.test.mjs"],
          exclude: [...NO_TESTS, ...MEASURING, ...SHARING],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: "setting", include: SETTING, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: "sharing",
          include: SHARING,
          exclude: [...NO_TESTS, ...MEASURING, ...SETTING],
          ...{ isolate: false, sequence: { groupOrder: 0 } },
        },
      },
      {
        extends: true,
        test: {
          ...{ name: "measuring", include: MEASURING, maxWorkers: 2 },
          ...{ testTimeout: 180_000, hookTimeout: 180_000, sequence: { groupOrder: 1 } },
          // Another program may spoil one measurement: what fails twice in a row is a fault.
          retry: 1,
        },
      },
    ],
    globalSetup: ["server/platform/testing/global-setup.ts"],
    pool: "forks",
    maxWorkers: WORKERS,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: {
      SIDECAR_MODE: "demo",
      // Live verdicts of tests come from made-up calls: nobody waits for more of them.
      VERIFY_SECONDS_MIN: "0",
      SESSION_SECRET: randomBytes(48).toString("base64"),
      AUTH_SECRET: randomBytes(48).toString("base64"),
      LOG_LEVEL: "error",
    },
  },
});
