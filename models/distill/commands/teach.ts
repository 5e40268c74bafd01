import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { z } from "zod";
import { learnFields, readExamples, takeEvenly } from "../evaluate/examples";
import { openModel } from "../llama/open-model";
import { teachExamples } from "../teach/teach-examples";

const Instructions = z.record(z.string(), z.string());

/**
 * `teach --model PATH.gguf --data DIR --out DIR [--split train] [--count N]
 * [--instructions FILE.json] [--threads 1]`: writes <out>/<split>.jsonl.gz with soft labels by the
 * model. The file of instructions maps tasks to the text that an instruct model is given before the
 * prompt; without it the model sees the prompt alone.
 */
export async function teach(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: "string" },
      data: { type: "string" },
      out: { type: "string" },
      split: { type: "string", default: "train" },
      count: { type: "string" },
      instructions: { type: "string" },
      threads: { type: "string", default: "1" },
    },
  });
  const { model: file, data, out, split } = values;
  if (file === undefined || data === undefined || out === undefined) {
    throw new Error("--model, --data and --out are needed.");
  }
  const instructions =
    values.instructions === undefined
      ? {}
      : Instructions.parse(JSON.parse(readFileSync(values.instructions, "utf8")));
  const all = readExamples(path.join(data, `${split}.jsonl.gz`));
  const statistics = learnFields(all);
  const model = await openModel(file, { threads: Number(values.threads) });
  const question = (task: string, prompt: string) =>
    model.questionTokens(prompt, instructions[task]);
  const taken = takeEvenly(all, values.count === undefined ? all.length : Number(values.count));
  async function* lines() {
    for await (const example of teachExamples(model, taken, statistics, question)) {
      yield `${JSON.stringify(example)}\n`;
    }
  }
  const target = createWriteStream(path.join(out, `${split}.jsonl.gz`));
  await pipeline(Readable.from(lines()), createGzip(), target);
  await model.close();
  console.log(`${taken.length} examples labelled by ${path.basename(file)}`);
}
