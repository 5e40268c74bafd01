import { fileURLToPath } from "node:url";

/**
 * Arguments that make Node the inference worker. Small semi-spaces save some 40 MB of what V8 would
 * keep for garbage; the worker makes little of it.
 */
export const INFERENCE_ARGS = [
  "--max-semi-space-size=2",
  "--import",
  "tsx",
  fileURLToPath(new URL("main.ts", import.meta.url)),
];
