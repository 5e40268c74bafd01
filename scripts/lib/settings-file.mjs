import { existsSync } from "node:fs";
import path from "node:path";
import { fail } from "./run.mjs";

/** Reads `.env` when there is one; what the environment already says wins. */
export function loadSettingsFile(root) {
  const file = path.join(root, ".env");
  if (!existsSync(file)) return;
  if (typeof process.loadEnvFile !== "function") {
    fail(`Reading ${file} needs Node.js 20.12 or newer. Update it, or set the variables yourself.`);
  }
  process.loadEnvFile(file);
}
