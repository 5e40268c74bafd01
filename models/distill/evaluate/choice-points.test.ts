import { expect, test } from "vitest";
import { opinionExample, priorExample } from "../testing/toy";
import { choicePoints } from "./choice-points";

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
