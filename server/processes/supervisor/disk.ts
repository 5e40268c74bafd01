import { statfsSync } from "node:fs";
import { AppError } from "@/server/platform";

const BYTES_MIN = 1024 ** 3;

/** Throws `misconfigured` when less than 1 GB is free: the start would fail half-way. */
export function assertDiskSpace(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  if (freeBytes >= BYTES_MIN) return;
  const freeMb = Math.floor(freeBytes / 1024 ** 2);
  throw new AppError(
    "misconfigured",
    `Only ${freeMb} MB are free on the disk of ${dataDir}; at least 1024 MB are needed. ` +
      "Free some space, or choose another place: SIDECAR_DATA_DIR=<folder> npm run up",
  );
}
