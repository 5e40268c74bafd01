import { expect, test } from "vitest";
import { scoreTexts } from "./text-metrics";

const TEXT = "An index on this column makes the query faster.";

test("the reference itself scores 1, an empty text 0", () => {
  expect(scoreTexts([{ said: TEXT, right: TEXT }])).toEqual({ rougeL: 1, bleu: 1, exact: 1 });
  expect(scoreTexts([{ said: "", right: TEXT }])).toEqual({ rougeL: 0, bleu: 0, exact: 0 });
});

test("a near text scores between, and above a far one", () => {
  const near = scoreTexts([{ said: TEXT.replace("this", "that"), right: TEXT }]);
  const far = scoreTexts([{ said: "Rows are sorted by day now.", right: TEXT }]);
  expect(near.rougeL).toBeGreaterThan(0.7);
  expect(near.rougeL).toBeLessThan(1);
  expect(near.bleu).toBeGreaterThan(far.bleu);
  expect(near.exact).toBe(0);
});
