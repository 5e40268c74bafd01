import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ModelEvaluation, RegisterModel } from "@/server/contracts";
import { readQuestions } from "../evaluate/evaluate";
import { type Report, ReportFile } from "../evaluate/report";
import { describeModel } from "../evaluate/to-evaluation";
import { ownExamples, TOY_MODEL, toyExamples, writeDataset } from "../testing/toy";
import { comparisonTables, evaluateBoth } from "./evaluate-both";

const toy = { name: "toy", file: TOY_MODEL, calibration: { "prior.gain": 0.5 } };
let folder: string;
let found: { report: Report; evaluation: ModelEvaluation };

beforeAll(async () => {
  folder = writeDataset({ train: toyExamples(), test: toyExamples() });
  found = await evaluateBoth({
    candidate: { ...toy, name: "candidate" },
    baseline: { ...toy, calibration: {}, sha256: "0".repeat(64), tasks: ["prior"] },
    questions: readQuestions({ data: folder, examplesMax: 100 }),
    own: ownExamples().slice(0, 40),
    ...{ threads: 1, residentMb: 100 },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test("a model beside itself neither wins nor loses a question, here or there", () => {
  const { baseline, live, tasks } = found.evaluation;
  expect(Object.keys(baseline?.tasks ?? {})).toEqual(Object.keys(tasks));
  for (const scores of [baseline?.tasks, live?.baseline]) {
    for (const { lost, won } of Object.values(scores ?? {})) expect([lost, won]).toEqual([0, 0]);
  }
  expect(live?.tasks["prior.gain"]).toMatchObject({ n: 40 });
  // Another rule holds here.
  expect(live?.tasks["prior.gain"]?.accuracy).toBeLessThan(0.5);
  expect(baseline?.tasks["prior.gain"]?.ece).not.toBe(tasks["prior.gain"]?.ece);
});

test("trust is never given by an evaluation beside the baseline", () => {
  expect(found.evaluation.tasks["opinion.opinion"]?.accuracy).toBe(1);
  expect(found.evaluation.trusted_tasks).toEqual(["prior"]);
});

test("the report is what register reads, and its figures survive", async () => {
  const { report: details, evaluation } = found;
  const written = ReportFile.parse({
    ...{ name: "candidate", ...(await describeModel(TOY_MODEL)), source: "refined", evaluation },
    trained_on: { outcomes: 1, reviews: 0, base_set: "generated" },
    details,
  });
  const registered = RegisterModel.parse({
    ...JSON.parse(JSON.stringify(written)),
    file: TOY_MODEL,
  });
  expect(registered.evaluation).toEqual(evaluation);
  expect(registered).toMatchObject({ quantization: "Q8_0" });
  expect(registered.parameters).toBeGreaterThan(100_000);
});

test("the document sets both side by side", () => {
  const tables = comparisonTables(found.evaluation);
  expect(tables).toContain("## Beside toy");
  expect(tables.match(/\| prior\.gain \|/g)).toHaveLength(2);
});
