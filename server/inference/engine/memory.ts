import os from "node:os";
import { AppError } from "@/server/platform";

/** Scratch of llama.cpp and Node beside weights and attention cache. */
const OVERHEAD_BYTES = 64 * 1024 * 1024;

/**
 * Bytes this process may still take: what the system could give without swapping, or what its
 * control group leaves it, whichever is less.
 */
function memoryFreeBytes(): number {
  const limit = process.constrainedMemory();
  const isLimited = limit > 0 && limit < os.totalmem();
  return isLimited ? Math.min(os.freemem(), limit - process.memoryUsage.rss()) : os.freemem();
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(2)} GiB`;

/** Throws `too_large` when weights (the file's size) and attention cache do not fit. */
export function assertFits(weightBytes: number, cacheBytes: number): void {
  const needed = weightBytes + cacheBytes + OVERHEAD_BYTES;
  const free = memoryFreeBytes();
  if (needed <= free) return;
  throw new AppError(
    "too_large",
    `The model needs about ${gigabytes(needed)} of memory (${gigabytes(weightBytes)} of weights, ` +
      `${gigabytes(cacheBytes)} for its sequences); ${gigabytes(free)} are free. Take a smaller ` +
      "model, or lower INFERENCE_SEQUENCES or INFERENCE_CONTEXT.",
    { details: { needed_bytes: needed, free_bytes: free } },
  );
}
