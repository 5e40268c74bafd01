import { readdir } from "node:fs/promises";
import { constants, platform, setPriority } from "node:os";

/** `low`: gives way to everything else. `below-normal`: to what people wait for, not to proofs. */
const PRIORITIES = {
  low: constants.priority.PRIORITY_LOW,
  "below-normal": constants.priority.PRIORITY_BELOW_NORMAL,
};

/**
 * Lowers this process: proofs and models must slow neither the data product nor the pages. On Linux a priority belongs to a thread (setpriority(2), "C library/kernel differences"),
 * so the threads that the runtime has already started are lowered too; later ones inherit it.
 */
export async function lowerPriority(to: keyof typeof PRIORITIES): Promise<void> {
  const threads = platform() === "linux" ? await readdir("/proc/self/task") : [];
  for (const thread of ["0", ...threads]) setPriority(Number(thread), PRIORITIES[to]);
}
