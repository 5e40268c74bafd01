import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import { chromiumPath, demoUrl } from "./e2e/demo";

const executablePath = chromiumPath(existsSync);

/** Runs against a demo that is up already (SIDECAR_DATA_DIR says where it wrote demo.json). */
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/run",
  // One product, one database: the journeys change both, the last one for good.
  workers: 1,
  fullyParallel: false,
  timeout: 420_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: demoUrl(),
    viewport: { width: 1360, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
});
