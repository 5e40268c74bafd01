import { expect, test } from "vitest";
import { describeCost, describeOutcomes } from "./result-words";

test("the cost of advice is told with time and processor time, or that none was measured", () => {
  expect(describeCost({ tested: 0, test_seconds: 0, cpu_seconds: 0 })).toBe(
    "Cost of advice: no test run was measured yet.",
  );
  expect(describeCost({ tested: 2, test_seconds: 90, cpu_seconds: 120 })).toMatch(
    /^Cost of advice: the test runs of 2 suggestions took .+ on shadow copies, .+ of processor time\.$/,
  );
});

test("what was learned says how many executions went wrong, of how many", () => {
  const outcome = (is_bad: boolean) => ({
    ...{ suggestion_id: "sugg-000001", is_bad, at: "2026-03-04T12:00:00.000Z" },
  });
  expect(describeOutcomes([true, false, true].map(outcome))).toBe(
    "2 of 3 executions regressed or were rolled back",
  );
});
