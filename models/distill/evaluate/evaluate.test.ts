import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TOY_MODEL, toyExamples, writeDataset } from "../testing/toy";
import { evaluate } from "./evaluate";
import type { Report } from "./report";
import { reportDocument } from "./report-markdown";

let folder: string;
let report: Report;

beforeAll(async () => {
  folder = writeDataset({ train: toyExamples(), test: toyExamples() });
  report = await evaluate({
    data: folder,
    model: TOY_MODEL,
    calibration: { "prior.gain": 0.5 },
    examplesMax: 100,
    textsMax: 10,
    threads: 1,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a model that learnt the task beats the rules and the majority class", () => {
  const [opinion, reason, prior] = report.choices;
  expect([opinion?.field, reason?.field, prior?.field]).toEqual([
    "opinion.opinion",
    "opinion.reason",
    "prior.gain",
  ]);
  expect(opinion?.student.accuracy).toBe(1);
  expect(opinion?.rules.accuracy).toBeCloseTo(1 / 3);
  expect(prior?.student.accuracy).toBeGreaterThan(0.8);
  expect(prior?.majority.accuracy).toBeLessThan(0.5);
  expect(prior?.teacher.accuracy).toBe(1);
});

test("a temperature changes confidence, never the answer", () => {
  const prior = report.choices.find(({ field }) => field === "prior.gain");
  expect(prior?.temperature).toBe(0.5);
  expect(prior?.student.calibrationError).not.toBe(prior?.calibrationErrorRaw);
});

test("texts are written and scored beside the rules'", () => {
  expect(report.texts?.examples).toBe(2);
  expect(report.texts?.student.rougeL).toBeGreaterThan(report.texts?.rules.rougeL ?? 1);
});

test("speed and memory are measured", () => {
  const { speed } = report;
  expect(speed.latencyMsP50).toBeGreaterThan(0);
  expect(speed.latencyMsP99).toBeGreaterThanOrEqual(speed.latencyMsP50);
  expect(speed.batchAnswersPerSecond).toBeGreaterThan(0);
  expect(speed.residentMb).toBeGreaterThan(20);
});

test("the document has a row for every choice", () => {
  const document = reportDocument(report);
  for (const { field } of report.choices) expect(document).toContain(`| ${field} |`);
});
