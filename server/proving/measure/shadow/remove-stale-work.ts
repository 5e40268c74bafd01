import { rm } from "node:fs/promises";

/** Removes a work folder that an earlier, killed proof left behind. Missing is fine. */
export async function removeStaleWork(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
