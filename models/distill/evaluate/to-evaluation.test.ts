import { expect, test } from "vitest";
import type { Judged } from "./metrics";
import type { Report } from "./report";
import { baselineScores } from "./to-evaluation";

const answers = (said: string, right = "yyyy"): ReadonlyMap<string, Judged[]> =>
  new Map([["a.b", [...said].map((one, at) => ({ said: one, right: right[at] ?? "" }))]]);
const report = {
  choices: [{ field: "a.b", student: { accuracy: 0.5, calibrationError: 0.1 } }],
} as unknown as Report;

test("answers are paired: what only one of both got right is lost or won", () => {
  const scores = baselineScores({ report, answers: answers("yynn") }, answers("ynyy"));
  expect(scores).toEqual({ "a.b": { accuracy: 0.5, ece: 0.1, lost: 1, won: 2 } });
});

test("answers to other questions are not compared", () => {
  const baseline = { report, answers: answers("yynn") };
  expect(() => baselineScores(baseline, answers("yyyn", "yyyn"))).toThrow(RangeError);
  expect(() => baselineScores(baseline, answers("yyy"))).toThrow(RangeError);
});
