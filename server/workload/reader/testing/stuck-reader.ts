import { fileURLToPath } from "node:url";
import { createTextReader } from "../text-reader";

/** A reader that never comes back from a text with `for ever` in it: those are cut off after `textMsMax`. */
export const createStuckReader = (textMsMax: number, threadsMax = 2) =>
  createTextReader({
    ...{ textMsMax, threadsMax },
    workerFile: fileURLToPath(new URL("stuck-worker.mjs", import.meta.url)),
  });
