import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Suites whose verdicts rest on measured times: they run alone, after the others. */
const MEASURING = [
  "server/proving/prove-candidates.test.ts",
  "server/proving/prove-sets.test.ts",
  "bench/advisor/run-workload.test.ts",
];

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["**/*.test.ts", "**/*.test.tsx", "scripts/**/*.test.mjs"],
          exclude: ["node_modules/**", ".next/**", ".data/**", "e2e/**", ...MEASURING],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...{ name: "measuring", include: MEASURING, maxWorkers: 1 },
          ...{ testTimeout: 180_000, hookTimeout: 180_000, sequence: { groupOrder: 1 } },
        },
      },
    ],
    globalSetup: ["server/platform/testing/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: {
      SIDECAR_MODE: "demo",
      AUTH_SECRET: randomBytes(48).toString("base64"),
      LOG_LEVEL: "error",
    },
  },
});
