import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type OpenModel, openModel } from "../llama/open-model";
import { type Example, readExamples } from "./example";
import { judgeChoices } from "./judge-choices";
import { judgeTexts } from "./judge-texts";
import { type FieldStatistics, learnFields } from "./learn-fields";
import { measureBatch } from "./measure-batch";
import {
  accuracy,
  calibrationError,
  type Judged,
  macroF1,
  meanAbsoluteError,
  percentile,
} from "./metrics";
import { judgeOutside } from "./outside/judge-outside";
import { type OutsideExample, outsideExamples } from "./outside/outside-examples";
import type { Report, Scores } from "./report";
import { takeEvenly } from "./take-evenly";

export interface EvaluateOptions {
  /** Folder with train and test.jsonl.gz. */
  data: string;
  model: string;
  /** Temperature by field (`task.key`); 1 where it has none. */
  calibration: Readonly<Record<string, number>>;
  /** At most so many examples of choices, and of texts, evenly over the tasks. */
  examplesMax: number;
  textsMax: number;
  threads: number;
  /** Instead of the sets written apart from the generator. */
  outside?: readonly OutsideExample[];
}

const BATCH_SEQUENCES = 8;
const BATCH_EXAMPLES = 400;

/**
 * Evaluates a GGUF on a test split beside rules, majority class and teacher, and on texts written
 * apart from the generator.
 */
export async function evaluate(options: EvaluateOptions): Promise<Report> {
  const { threads, calibration } = options;
  const model = await openModel(options.model, { threads });
  // Before the data set fills the memory.
  const residentMb = await residentAfterWarmUp(model);
  const test = readExamples(path.join(options.data, "test.jsonl.gz"));
  const statistics = learnFields(readExamples(path.join(options.data, "train.jsonl.gz")));
  const asked = takeEvenly(
    test.filter(({ soft }) => soft.length > 0),
    options.examplesMax,
  );
  const texts = takeEvenly(
    test.filter(({ soft }) => soft.length === 0),
    options.textsMax,
  );

  const judged = await judgeChoices(model, asked, statistics, calibration);
  const outside = options.outside ?? outsideExamples();
  const judgedOutside = await judgeOutside(model, outside, statistics, calibration);
  const written = texts.length === 0 ? null : await judgeTexts(model, texts);
  const tokens = asked.map(({ prompt }) => model.promptTokens(prompt).length);
  await model.close();

  const seconds = judged.latenciesMs.reduce((sum, ms) => sum + ms, 0) / 1000;
  const read = tokens.reduce((sum, count) => sum + count, 0);
  return {
    model: describeFile(options.model),
    examples: asked.length + texts.length,
    families: new Set(test.map(({ family }) => family)).size,
    choices: [...judged.fields].sort(byName).map(([field, answers]) => ({
      field,
      examples: answers.student.length,
      temperature: calibration[field] ?? 1,
      calibrationErrorRaw: calibrationError(answers.raw),
      calibrationErrorAgreement: calibrationError(answers.agreement),
      student: score(answers.student),
      rules: score(answers.rules),
      majority: score(answers.majority),
      teacher: score(answers.teacher),
    })),
    texts: written && {
      examples: texts.length,
      student: written.student,
      rules: written.rules,
    },
    outside: judgedOutside,
    speed: {
      threads,
      promptTokensMean: read / asked.length,
      latencyMsP50: percentile(judged.latenciesMs, 0.5),
      latencyMsP95: percentile(judged.latenciesMs, 0.95),
      latencyMsP99: percentile(judged.latenciesMs, 0.99),
      readTokensPerSecond: read / seconds,
      writtenTokensPerSecond: written?.writtenTokensPerSecond ?? null,
      answersPerSecond: asked.length / seconds,
      batchSequences: BATCH_SEQUENCES,
      batchAnswersPerSecond: await batchSpeed(options, asked, statistics),
      residentMb,
    },
  };
}

async function residentAfterWarmUp(model: OpenModel): Promise<number> {
  await model.sequences[0]?.evaluateWithoutGeneratingNewTokens(model.promptTokens("warm-up"));
  return process.memoryUsage.rss() / 1_048_576;
}

async function batchSpeed(
  { model: file, threads }: EvaluateOptions,
  examples: readonly Example[],
  statistics: ReadonlyMap<string, FieldStatistics>,
): Promise<number> {
  const model = await openModel(file, { threads, sequences: BATCH_SEQUENCES });
  try {
    const valuesOf = (field: string) => statistics.get(field)?.values ?? [];
    return await measureBatch(model, takeEvenly(examples, BATCH_EXAMPLES), valuesOf);
  } finally {
    await model.close();
  }
}

function score(answers: readonly Judged[]): Scores {
  return {
    accuracy: accuracy(answers),
    macroF1: macroF1(answers),
    calibrationError: calibrationError(answers),
    meanAbsoluteError: meanAbsoluteError(answers),
  };
}

function describeFile(file: string): Report["model"] {
  return {
    file: path.basename(file),
    sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    sizeBytes: statSync(file).size,
  };
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
