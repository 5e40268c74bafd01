import { expect, test } from "vitest";
import { opinionExample, priorExample } from "../testing/toy";
import { choicePoints, learnFields } from "./examples";

test("finds the values of an answer and the fixed text before each", () => {
  expect(choicePoints(opinionExample(1))).toEqual([
    { field: "opinion.opinion", key: "opinion", before: '{"opinion":"', value: "reject" },
    { field: "opinion.reason", key: "reason", before: '","reason":"', value: "sensitive_data" },
  ]);
  expect(choicePoints(priorExample(9, 1))).toEqual([
    { field: "prior.gain", key: "gain", before: '{"gain":', value: "8" },
  ]);
});

test("an offset that is no value is refused", () => {
  const wrong = { ...priorExample(3, 3), soft: [{ at: 3, choices: {} }] };
  expect(() => choicePoints(wrong)).toThrow("No key before offset 3");
});

test("knows every value that is right or has a soft label, and the most frequent right one", () => {
  const learnt = learnFields([priorExample(9, 0), priorExample(9, 1), priorExample(8, 0)]);
  // 9, 8 and 8 are right; 0 has a soft label only.
  expect(learnt.get("prior.gain")).toEqual({
    values: ["0", "8", "9"],
    majority: "8",
    majorityShare: 2 / 3,
  });
});

test("keeps the choices of one answer apart", () => {
  const learnt = learnFields([opinionExample(0), opinionExample(1)]);
  expect([...learnt.keys()]).toEqual(["opinion.opinion", "opinion.reason"]);
  expect(learnt.get("opinion.reason")?.values).toEqual(["fits", "sensitive_data"]);
});
