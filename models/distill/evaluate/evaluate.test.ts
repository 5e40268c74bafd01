import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { opinionExample, TOY_MODEL, toyExamples, writeDataset } from "../testing/toy";
import { evaluate } from "./evaluate";
import { outsideExamples } from "./outside";
import { Report } from "./report";
import { reportDocument } from "./report-markdown";

let folder: string;
let report: Report;

const OUTSIDE_COUNT = 40;

beforeAll(async () => {
  folder = writeDataset({ train: toyExamples(), test: toyExamples() });
  report = await evaluate({
    data: folder,
    model: TOY_MODEL,
    calibration: { "prior.gain": 0.5 },
    examplesMax: 100,
    threads: 1,
    outside: [
      // The toy learnt no attacks: there are no values to ask for.
      ...outsideExamples().filter(({ task }) => task === "adversarial"),
      ...outsideExamples()
        .filter(({ task }) => task === "opinion")
        .slice(0, OUTSIDE_COUNT),
      // What it did learn, as if somebody had written it.
      ...[0, 1, 2].map((index) => ({ ...opinionExample(index), text: `toy ${index}` })),
    ],
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

test("speed and memory are measured", () => {
  const { speed } = report;
  expect(speed.latencyMsP50).toBeGreaterThan(0);
  expect(speed.latencyMsP99).toBeGreaterThanOrEqual(speed.latencyMsP50);
  expect(speed.batchAnswersPerSecond).toBeGreaterThan(0);
  expect(speed.residentMb).toBeGreaterThan(20);
});

test("what was written apart from the generator is judged by task, as the test split is", () => {
  expect(report.outside.map(({ task, examples }) => [task, examples])).toEqual([
    ["opinion", OUTSIDE_COUNT + 3],
  ]);
  const [opinion, reason] = report.outside[0]?.choices ?? [];
  expect([opinion?.field, reason?.field]).toEqual(["opinion.opinion", "opinion.reason"]);
  for (const choice of [opinion, reason]) {
    const { accuracy, low, high } = choice?.student ?? { accuracy: 0, low: 1, high: 0 };
    expect(low).toBeLessThan(accuracy);
    expect(high).toBeGreaterThan(accuracy);
    expect(choice?.calibrationError).toBeGreaterThan(0);
  }
  // The first 20 of the set fit, and the rules take one of them for lossy (text that holds days).
  expect(reason?.rules.accuracy).toBeCloseTo(20 / (OUTSIDE_COUNT + 3));
});

test("answers are counted by what is right, for the student and for the rules", () => {
  const [, reason] = report.outside[0]?.choices ?? [];
  const fits = reason?.values.find(({ right }) => right === "fits");
  expect(fits).toMatchObject({ examples: 21, rules: 20 });
  const total = (key: "examples" | "student") =>
    reason?.values.reduce((sum, value) => sum + value[key], 0) ?? Number.NaN;
  expect(total("examples")).toBe(OUTSIDE_COUNT + 3);
  expect(total("student") / total("examples")).toBeCloseTo(reason?.student.accuracy ?? -1);
});

test("what the student got wrong is listed, short and never more than thirty", () => {
  const { wrong = [], wrongCount = 0 } = report.outside[0] ?? {};
  expect(wrongCount).toBeGreaterThan(0);
  expect(wrong.length).toBe(Math.min(30, wrongCount));
  expect(wrong.filter(({ text }) => text.startsWith("toy "))).toEqual([]);
  for (const { text, said, right } of wrong) {
    expect(text.length).toBeLessThanOrEqual(120);
    expect(said).not.toBe(right);
  }
});

test("the document shows the outside figures, and what is wrong as plain text", () => {
  const document = reportDocument(report);
  expect(document).toContain("## Sentences written apart from the generator");
  const [opinion] = report.outside[0]?.choices ?? [];
  const percent = `**${(100 * (opinion?.student.accuracy ?? Number.NaN)).toFixed(1)}%**`;
  expect(document).toContain(`| opinion.opinion | ${OUTSIDE_COUNT + 3} | ${percent} |`);
});

test("a report made before there were such sets can still be read", () => {
  const { outside: _, ...old } = report;
  expect(Report.parse(JSON.parse(JSON.stringify(old))).outside).toEqual([]);
  expect(reportDocument(Report.parse(old))).not.toContain("apart from the generator");
});

test("the document has a row for every choice", () => {
  const document = reportDocument(report);
  for (const { field } of report.choices) expect(document).toContain(`| ${field} |`);
});
