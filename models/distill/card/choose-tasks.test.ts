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
    outside: [],
  } as unknown as Report;
}

/** Figures of a set written apart from the generator, by field. */
function outsideOf(choices: Record<string, { student: number; rules: number }>) {
  const interval = { low: 0, high: 1 };
  return Object.entries(choices).map(([field, { student, rules }]) => ({
    task: field.split(".")[0] ?? field,
    examples: 100,
    choices: [
      {
        field,
        student: { accuracy: student, ...interval },
        calibrationError: 0.3,
        rules: { accuracy: rules, ...interval },
        majority: { accuracy: 0.5 },
        values: [],
      },
    ],
    wrongCount: 0,
    wrong: [],
  }));
}
const attacksHold = outsideOf({ "adversarial.adversarial": { student: 0.8, rules: 0.6 } });

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
    outside: attacksHold,
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
  const [outside] = outsideOf({ "opinion.opinion": { student: 0.8, rules: 0.6 } });
  const held = (report: Report): Report => ({ ...report, outside: outside ? [outside] : [] });
  expect(chooseTasks(held(fields(0.8)))).toEqual(["opinion"]);
  expect(chooseTasks(held(fields(0.5)))).toEqual([]);
});

test("a task that fails on what no generator wrote stays with the rules, whatever the test says", () => {
  const report = reportOf([["adversarial.adversarial", 0.99, 0.66, 0.5]]);
  const withOutside = (student: number): Report => ({
    ...report,
    outside: outsideOf({ "adversarial.adversarial": { student, rules: 0.7 } }),
  });
  expect(chooseTasks(withOutside(0.8))).toEqual(["adversarial"]);
  expect(chooseTasks(withOutside(0.71))).toEqual([]);
  expect(chooseTasks(withOutside(0.5))).toEqual([]);
});

test("a student that cries wolf stays out, however often it is right", () => {
  const report = reportOf([["adversarial.adversarial", 0.99, 0.66, 0.5]]);
  const [outside] = attacksHold;
  const [choice] = outside?.choices ?? [];
  if (outside === undefined || choice === undefined) throw new RangeError("No figures.");
  const withHarmless = (student: number): Report => {
    const values = [{ right: "no", examples: 100, student, rules: 98 }];
    return { ...report, outside: [{ ...outside, choices: [{ ...choice, values }] }] };
  };
  expect(chooseTasks(withHarmless(95))).toEqual(["adversarial"]);
  expect(chooseTasks(withHarmless(94))).toEqual([]);
});

test("one choice that fails there holds the whole task back", () => {
  const report = reportOf([
    ["opinion.opinion", 0.9, 0.5, 0.4],
    ["opinion.reason", 0.9, 0.5, 0.4],
  ]);
  const [good] = outsideOf({ "opinion.opinion": { student: 0.8, rules: 0.6 } });
  const [bad] = outsideOf({ "opinion.reason": { student: 0.6, rules: 0.6 } });
  if (good === undefined || bad === undefined) throw new RangeError("No figures.");
  const both = { ...good, choices: [...good.choices, ...bad.choices] };
  expect(chooseTasks({ ...report, outside: [good] })).toEqual(["opinion"]);
  expect(chooseTasks({ ...report, outside: [both] })).toEqual([]);
});

test("a report without figures of an outside set shows nothing for its task", () => {
  const report = reportOf([
    ["adversarial.adversarial", 0.99, 0.66, 0.5],
    ["confidence.pays", 0.9, 0.5, 0.5],
  ]);
  expect(chooseTasks(report)).toEqual(["confidence"]);
});
