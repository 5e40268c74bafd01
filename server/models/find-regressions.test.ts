import { expect, test } from "vitest";
import type { ModelEvaluation } from "@/server/contracts";
import { findRegressions } from "./model-view";

type Baseline = NonNullable<ModelEvaluation["baseline"]>;

const evaluation = (
  { lost, won }: { lost: number; won: number },
  change: Partial<ModelEvaluation> = {},
): ModelEvaluation => ({
  ...{ tasks: {}, latency_ms: { p50: 1, p95: 2 }, resident_bytes: 1 },
  trusted_tasks: ["confidence"],
  baseline: {
    ...{ name: "p", sha256: "0", trusted_tasks: ["confidence"] },
    tasks: { "confidence.pays": { accuracy: 0.9, ece: 0.01, lost, won } },
  } satisfies Baseline,
  ...change,
});

test.each([
  ["as many lost as won", 30, 30, []],
  ["a loss within chance", 30, 18, []],
  ["a loss beyond chance", 40, 18, ["confidence.pays"]],
  ["a gain", 18, 40, []],
  ["nothing that differs", 0, 0, []],
])("%s", (_, lost, won, expected) => {
  expect(findRegressions(evaluation({ lost, won }))).toEqual(expected);
});

test("a task that only the baseline may answer is a loss", () => {
  const none = { lost: 0, won: 0 };
  expect(findRegressions(evaluation(none, { trusted_tasks: [] }))).toEqual(["confidence"]);
});

test("a model that was compared with none is not called worse", () => {
  const { baseline: _, ...alone } = evaluation({ lost: 90, won: 0 });
  expect(findRegressions(alone)).toEqual([]);
});
