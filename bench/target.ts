import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { benchmarkEnv } from "@/server/platform";

const DemoFile = z.object({ url: z.url(), apiKey: z.string() });

export interface Target {
  url: string;
  apiKey: string;
}

/**
 * The running sidecar to measure: SIDECAR_URL with SIDECAR_API_KEY, else what `npm run up` wrote
 * into the data folder. Throws with what to do when there is none.
 */
export function findTarget(): Target {
  const { SIDECAR_URL: url, SIDECAR_API_KEY: apiKey, SIDECAR_DATA_DIR } = benchmarkEnv();
  if (url !== undefined && apiKey !== undefined) return { url, apiKey };
  return readTarget(path.join(SIDECAR_DATA_DIR, "demo.json"));
}

/** The sidecar whose demo.json this is. Throws with what to do when there is no such file. */
export function readTarget(file: string): Target {
  if (!existsSync(file)) {
    throw new Error(
      `Nothing to measure: start it with \`npm run up\` (writes ${file}), or set SIDECAR_URL and SIDECAR_API_KEY.`,
    );
  }
  return DemoFile.parse(JSON.parse(readFileSync(file, "utf8")));
}
