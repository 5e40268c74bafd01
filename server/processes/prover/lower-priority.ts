import { readdir } from "node:fs/promises";
import { constants, platform, setPriority } from "node:os";

/**
 * Gives way to everything else on the machine: proofs must slow neither the data product nor the
 * pages. On Linux a priority belongs to a thread (setpriority(2), "C library/kernel differences"),
 * so the threads that the runtime has already started are lowered too; later ones inherit it.
 */
export async function lowerPriority(): Promise<void> {
  const threads = platform() === "linux" ? await readdir("/proc/self/task") : [];
  for (const thread of ["0", ...threads])
    setPriority(Number(thread), constants.priority.PRIORITY_LOW);
}
