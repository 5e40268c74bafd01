import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { quantile } from "@/server/statistics";
import { type OpenModel, openModel } from "../llama/open-model";
import { measureBatch } from "./ask-model";
import {
  type Example,
  type FieldStatistics,
  learnFields,
  readExamples,
  takeEvenly,
} from "./examples";
import { judgeChoices } from "./judge-choices";
import { accuracy, calibrationError, type Judged, macroF1, meanAbsoluteError } from "./metrics";
import { judgeOutside, type OutsideExample, outsideExamples } from "./outside";
import type { Report, Scores } from "./report";

interface AskedModel {
  model: string;
  /** Temperature by field (`task.key`); 1 where it has none. */
  calibration: Readonly<Record<string, number>>;
  threads: number;
  /** Instead of the sets written apart from the generator. */
  outside?: readonly OutsideExample[];
}

export interface EvaluateOptions extends AskedModel {
  /** Folder with train and test.jsonl.gz. */
  data: string;
  /** At most so many examples, evenly over the tasks. */
  examplesMax: number;
}

/** What is asked: all of it, in its order. */
export interface Questions {
  examples: readonly Example[];
  /** What the training set says of each field: its values and its majority class. */
  statistics: ReadonlyMap<string, FieldStatistics>;
}

export interface Evaluation {
  report: Report;
  /** The model's answers by field, in the order of the questions: two models' can be paired. */
  answers: ReadonlyMap<string, readonly Judged[]>;
}

const BATCH_SEQUENCES = 8;
const BATCH_EXAMPLES = 400;

/**
 * Evaluates a GGUF on a test split beside rules, majority class and teacher, and on texts written
 * apart from the generator.
 */
export async function evaluate(options: EvaluateOptions): Promise<Report> {
  // Before the data set fills the memory.
  const residentMb = await measureResident(options.model, options.threads);
  const questions = readQuestions(options);
  return (await evaluateOn(options, questions, residentMb)).report;
}

/** The questions of a data set's test split. */
export function readQuestions({
  data,
  examplesMax,
}: Pick<EvaluateOptions, "data" | "examplesMax">): Questions {
  return {
    examples: takeEvenly(readExamples(path.join(data, "test.jsonl.gz")), examplesMax),
    statistics: learnFields(readExamples(path.join(data, "train.jsonl.gz"))),
  };
}

/** Asks a GGUF all questions. `residentMb`: memory of a process that holds the model and no data. */
export async function evaluateOn(
  options: AskedModel,
  { examples: asked, statistics }: Questions,
  residentMb: number,
): Promise<Evaluation> {
  const { threads, calibration } = options;
  const model = await openModel(options.model, { threads });
  const judged = await judgeChoices(model, asked, statistics, calibration);
  const outside = options.outside ?? outsideExamples();
  const judgedOutside = await judgeOutside(model, outside, statistics, calibration);
  const tokens = asked.map(({ prompt }) => model.promptTokens(prompt).length);
  await model.close();

  const seconds = judged.latenciesMs.reduce((sum, ms) => sum + ms, 0) / 1000;
  const read = tokens.reduce((sum, count) => sum + count, 0);
  const fields = [...judged.fields].sort(byName);
  const report: Report = {
    model: describeFile(options.model),
    examples: asked.length,
    families: new Set(asked.map(({ family }) => family)).size,
    choices: fields.map(([field, answers]) => ({
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
    outside: judgedOutside,
    speed: {
      threads,
      promptTokensMean: read / asked.length,
      latencyMsP50: quantile(judged.latenciesMs, 0.5),
      latencyMsP95: quantile(judged.latenciesMs, 0.95),
      latencyMsP99: quantile(judged.latenciesMs, 0.99),
      readTokensPerSecond: read / seconds,
      answersPerSecond: asked.length / seconds,
      batchSequences: BATCH_SEQUENCES,
      batchAnswersPerSecond: await batchSpeed(options, asked, statistics),
      residentMb,
    },
  };
  return { report, answers: new Map(fields.map(([field, { student }]) => [field, student])) };
}

/** Megabytes that this process holds once the model is loaded and warm. */
export async function measureResident(file: string, threads: number): Promise<number> {
  const model = await openModel(file, { threads });
  try {
    return await residentAfterWarmUp(model);
  } finally {
    await model.close();
  }
}

async function residentAfterWarmUp(model: OpenModel): Promise<number> {
  await model.sequences[0]?.evaluateWithoutGeneratingNewTokens(model.promptTokens("warm-up"));
  return process.memoryUsage.rss() / 1_048_576;
}

async function batchSpeed(
  { model: file, threads }: AskedModel,
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
