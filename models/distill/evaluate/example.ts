import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

/** One line of a data set. */
const Example = z.object({
  id: z.string(),
  task: z.string(),
  family: z.string(),
  prompt: z.string(),
  /** Compact JSON: what is right. */
  answer: z.string(),
  /** At each choice of the answer (offset of its value, without quotes): the teacher's distribution. */
  soft: z.array(z.object({ at: z.number().int(), choices: z.record(z.string(), z.number()) })),
  /** The rules' own answer. */
  rules: z.string(),
});
export type Example = z.infer<typeof Example>;

/** All examples of a gzipped JSONL file, in its order. Throws on the first line that is none. */
export function readExamples(path: string): Example[] {
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => Example.parse(JSON.parse(line)));
}
