import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { AppError } from "@/server/platform";

/** SHA-256 of a file, hex. Throws `invalid_input` when it is not the expected one. */
export async function checkSum(file: string, expected: string | null): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  const actual = hash.digest("hex");
  if (expected === null || actual === expected) return actual;
  throw new AppError(
    "invalid_input",
    `${file} is not the file the manifest names: its SHA-256 is ${actual}, not ${expected}.`,
  );
}
