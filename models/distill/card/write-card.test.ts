import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Report } from "../evaluate/report";
import { describeDataset, trainingFacts, writeCard } from "./write-card";

const scores = { accuracy: 0.9, macroF1: 0.9, calibrationError: 0.02, meanAbsoluteError: null };
const outside: Report["outside"] = [
  {
    task: "adversarial",
    examples: 240,
    choices: [
      {
        field: "adversarial.adversarial",
        student: { accuracy: 0.7625, low: 0.7, high: 0.81 },
        calibrationError: 0.09,
        rules: { accuracy: 0.5833, low: 0.52, high: 0.64 },
        majority: { accuracy: 0.5417 },
        values: [{ right: "no", examples: 130, student: 91, rules: 128 }],
      },
    ],
    wrongCount: 57,
    wrong: [{ text: "name: a|b", said: "no", right: "yes" }],
  },
];

function cardOf(report: Pick<Report, "outside">): string {
  const speed = {
    ...{ threads: 1, promptTokensMean: 26, latencyMsP50: 6, latencyMsP95: 12, latencyMsP99: 17 },
    ...{ readTokensPerSecond: 4000, answersPerSecond: 160 },
    ...{ batchSequences: 8, batchAnswersPerSecond: 157, residentMb: 170 },
  };
  const choice = {
    ...{ field: "adversarial.adversarial", examples: 660, temperature: 1 },
    ...{ calibrationErrorRaw: 0.03, calibrationErrorAgreement: 0.03 },
    ...{ student: scores, rules: scores, majority: scores, teacher: scores },
  };
  const model = {
    ...{ name: "student", file: "student.gguf", sha256: "00", size_bytes: 3_300_000 },
    ...{ architecture: "llama", parameters: 3_000_000, quantization: "Q8_0", context: 512 },
    ...{ format: "completion" as const, licence: "MIT", made_by: "a test" },
    ...{ tasks: [], calibration: {} },
  };
  return writeCard(
    model,
    {
      ...{
        model: { file: "student.gguf", sha256: "00", sizeBytes: 1 },
        examples: 660,
        families: 7,
      },
      ...{ choices: [choice], speed, ...report },
    },
    { settings: {}, steps: 10, minutes: 1, bestLoss: 1, bestStep: 10 },
    "",
  );
}

test("the card shows the figures on what no generator wrote beside those of the test split", () => {
  const card = cardOf({ outside });
  expect(card).toContain("## Sentences written apart from the generator");
  expect(card).toContain(
    "| adversarial.adversarial | 240 | **76.3%** | 70–81% | 58.3% | 52–64% | 54.2% | 0.090 |",
  );
});

test("a lead on the test split is not told without what became of it elsewhere", () => {
  expect(cardOf({ outside })).toContain(
    "On sentences written apart from the generator: 17.9 points better than the rules.",
  );
});

test("the card of an older report has no such section", () => {
  expect(cardOf({ outside: [] })).not.toContain("apart from the generator");
});

test("counts and families stand beside each other by split", () => {
  const counts = { train: 900, validation: 50, test: 51 };
  const families = { train: 54, validation: 3, test: 2 };
  const readme = { tasks: [{ group: "schema", task: "prior", counts, families, labels: {} }] };
  expect(describeDataset(JSON.stringify(readme))).toContain(
    "| schema | prior | 900 (54) | 50 (3) | 51 (2) |",
  );
});

let log: string;

beforeEach(() => {
  log = path.join(mkdtempSync(path.join(tmpdir(), "log-")), "log.jsonl");
});
afterEach(() => rmSync(path.dirname(log), { recursive: true }));

const write = (entries: object[]) =>
  writeFileSync(log, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));

const start = { event: "start", parameters: 5, step: 0, settings: { width: 64, tied: true } };
const validations = [
  { event: "validation", step: 10, loss: 2 },
  { event: "validation", step: 20, loss: 1 },
  { event: "validation", step: 30, loss: 1.5 },
];

test("tells where validation loss was least", () => {
  write([start, ...validations, { event: "end", step: 30, seconds: 90, best: 1 }]);
  expect(trainingFacts(log)).toEqual({
    settings: { width: 64, tied: true },
    steps: 30,
    minutes: 1.5,
    bestLoss: 1,
    bestStep: 20,
  });
});

test("a training that was not ended has no facts", () => {
  write([start, ...validations]);
  expect(() => trainingFacts(log)).toThrow("no ended training");
});
