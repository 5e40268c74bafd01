import { describe, expect, test } from "vitest";
import {
  accuracy,
  calibrationError,
  type Judged,
  macroF1,
  meanAbsoluteError,
  wilsonInterval,
} from "./metrics";

const judged = (said: string, right: string, confidence?: number): Judged =>
  confidence === undefined ? { said, right } : { said, right, confidence };

describe("metrics", () => {
  const answers = [judged("a", "a"), judged("a", "a"), judged("a", "b"), judged("b", "b")];

  test("accuracy is the share of right answers", () => {
    expect(accuracy(answers)).toBe(0.75);
  });

  test("macro-F1 weighs every right value alike", () => {
    // a: precision 2/3, recall 1; b: precision 1, recall 1/2.
    expect(macroF1(answers)).toBeCloseTo((0.8 + 2 / 3) / 2);
  });

  test("an answer that never says a value scores nothing for it", () => {
    expect(macroF1([judged("a", "a"), judged("a", "b")])).toBeCloseTo((2 / 3 + 0) / 2);
  });

  test("calibration error is nothing when confidence is accuracy, and the gap when not", () => {
    const half = [judged("a", "a", 0.5), judged("a", "b", 0.5)];
    expect(calibrationError(half)).toBeCloseTo(0);
    const sure = [judged("a", "a", 1), judged("a", "b", 1)];
    expect(calibrationError(sure)).toBeCloseTo(0.5);
    // Two bins, weighted by their answers: |1 - 0.9| · 1/3 + |0 - 0.6| · 2/3.
    const mixed = [judged("a", "a", 0.9), judged("a", "b", 0.6), judged("a", "b", 0.6)];
    expect(calibrationError(mixed)).toBeCloseTo(0.1 / 3 + 0.6 * (2 / 3));
  });

  test("where the outcome is uncertain, an answer is right by its chance", () => {
    const answer = { ...judged("a", "a", 0.7), chance: 0.7 };
    expect(calibrationError([answer])).toBeCloseTo(0);
    expect(calibrationError([judged("a", "a", 0.7)])).toBeCloseTo(0.3);
  });

  test("answers without confidence have no calibration error", () => {
    expect(calibrationError(answers)).toBeNull();
  });

  test("distance is told of numbers only", () => {
    expect(meanAbsoluteError([judged("3", "5"), judged("4", "4")])).toBe(1);
    expect(meanAbsoluteError(answers)).toBeNull();
  });
});

test("agrees with a published interval: 81 of 263 (Newcombe 1998, table I)", () => {
  const { low, high } = wilsonInterval(81, 263);
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});

test("stays within 0 and 1 where every answer, or none, is right", () => {
  expect(wilsonInterval(20, 20).high).toBe(1);
  expect(wilsonInterval(20, 20).low).toBeCloseTo(0.8389, 4);
  expect(wilsonInterval(0, 20).low).toBeCloseTo(0, 10);
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});
