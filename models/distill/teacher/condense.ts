import { readLines, writeLines } from "../json-lines";
import { MEASURED_FILE, RAW_FILE } from "./files";
import { toExamples } from "./measured-examples";
import type { MeasuredFamily } from "./types";

/** Keeps features and gains of the raw records; answers how many experiments there are. */
export async function condense(): Promise<number> {
  const families = await readLines<MeasuredFamily>(RAW_FILE);
  const examples = families.sort((a, b) => a.index - b.index).flatMap(toExamples);
  await writeLines(MEASURED_FILE, examples);
  return examples.filter(({ queries }) => queries === 1).length;
}
