import { fileURLToPath } from "node:url";

/**
 * Arguments that make Node the inference worker. V8 would keep some 100 MB for garbage of which the
 * worker makes little: small semi-spaces, a heap that is collected when it grew by a fifth, and one
 * thread of V8's own instead of four (each has an arena of malloc). No limit to the heap: a large
 * model's vocabulary may need it.
 */
export const INFERENCE_ARGS = [
  "--max-semi-space-size=2",
  "--heap-growing-percent=20",
  "--v8-pool-size=1",
  "--import",
  "tsx",
  fileURLToPath(new URL("main.ts", import.meta.url)),
];
