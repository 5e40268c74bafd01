import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";

/**
 * Records of a JSON-lines file, gzip where its name says so; none when it does not exist. The
 * caller's own program wrote them: their form is not checked again.
 */
export async function readLines<T>(file: string): Promise<T[]> {
  if (!existsSync(file)) return [];
  const bytes = await readFile(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Writes records as gzip, the same bytes for the same records. */
export async function writeLines(file: string, records: readonly unknown[]): Promise<void> {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  await writeFile(file, gzipSync(text, { level: 9 }));
}
