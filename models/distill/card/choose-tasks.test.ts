import { expect, test } from "vitest";
import type { Report } from "../evaluate/report";
import { chooseTasks } from "./choose-tasks";

const scores = (accuracy: number) => ({
  accuracy,
  macroF1: accuracy,
  calibrationError: null,
  meanAbsoluteError: null,
});

function reportOf(choices: [field: string, student: number, rules: number, majority: number][]) {
  return {
    choices: choices.map(([field, student, rules, majority]) => ({
      field,
      student: scores(student),
      rules: scores(rules),
      majority: scores(majority),
      teacher: scores(1),
      examples: 10,
      temperature: 1,
      calibrationErrorRaw: null,
      calibrationErrorAgreement: null,
    })),
    texts: null,
  } as unknown as Report;
}

test("a task is the student's when it beats rules and majority class", () => {
  const report = reportOf([
    ["prior.gain", 0.7, 0.4, 0.5],
    ["confidence.pays", 0.7, 0.4, 0.72],
    ["adversarial.adversarial", 0.91, 0.9, 0.5],
  ]);
  expect(chooseTasks(report)).toEqual(["prior"]);
});

test("a task whose probabilities are far off stays with the rules, however often it is right", () => {
  const report = reportOf([["adversarial.adversarial", 0.92, 0.66, 0.5]]);
  const [choice] = report.choices;
  const off = (calibrationError: number): Report => ({
    ...report,
    choices: choice ? [{ ...choice, student: { ...scores(0.92), calibrationError } }] : [],
  });
  expect(chooseTasks(off(0.09))).toEqual(["adversarial"]);
  expect(chooseTasks(off(0.11))).toEqual([]);
});

test("a task of two choices is the student's only when both are better", () => {
  const fields = (reason: number) =>
    reportOf([
      ["opinion.opinion", 0.9, 0.5, 0.4],
      ["opinion.reason", reason, 0.5, 0.4],
    ]);
  expect(chooseTasks(fields(0.8))).toEqual(["opinion"]);
  expect(chooseTasks(fields(0.5))).toEqual([]);
});

test("texts are judged by how near they come to their references", () => {
  const texts = (student: number): Report => ({
    ...reportOf([]),
    texts: {
      examples: 5,
      student: { rougeL: student, bleu: 0, exact: 0 },
      rules: { rougeL: 0.6, bleu: 0, exact: 0 },
    },
  });
  expect(chooseTasks(texts(0.9))).toEqual(["explanation"]);
  expect(chooseTasks(texts(0.6))).toEqual([]);
});
