import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { TrainingExample } from "@/server/contracts";

/** A file of `cli models export`. Throws where there is none, or at the first line of another form. */
export function readTrainingSet(file: string): TrainingExample[] {
  if (!existsSync(file)) throw new Error(`There is no training set ${file}.`);
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, at) => {
    const parsed = TrainingExample.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    throw new Error(
      `Line ${at + 1} of ${file} is no example: export it anew (npm run -s cli -- models export).`,
      { cause: parsed.error },
    );
  });
}
