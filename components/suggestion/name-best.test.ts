import { expect, test } from "vitest";
import { nameBest } from "./name-best";

const gain = { value: 0.5, low: 0.4, high: 0.6 };
const verdict = { code: "passed", is_accepted: true, reason: "" } as const;

test("the best set is named by its titles, and by an id where there is no title yet", () => {
  const best = { candidate_ids: ["a", "b", "c"], gain };
  const verdicts = [
    { candidate_id: "b", title: "Index b", verdict },
    { candidate_id: "a", title: "Order by a", verdict },
  ];
  expect(nameBest({ best, verdicts })).toBe("“Order by a”, “Index b”, and “c”");
  expect(nameBest({ best: undefined, verdicts })).toBe("");
});
