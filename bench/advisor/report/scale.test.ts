import { expect, test } from "vitest";
import { renderScale } from "./scale";

const RESULT = {
  ...{ tables: 30, shapes: 200, rows: 3_600_000, candidates: 90, not_tried: 12, accepted: 14 },
  ...{ seconds: 118.4, seconds_max: 120, first_accepted_seconds: 21, rss_peak_bytes: 734_003_200 },
  set_gain: { value: 0.41, low: 0.39, high: 0.44 },
};

test("the run at scale is one row under its head, budget and memory in it", () => {
  const [head, , row] = renderScale(RESULT).split("\n");
  expect(row).toBe(
    "| 30 | 200 | 3,600,000 | 90 | 12 | 14 | 41% [39%, 44%] | 21 s | 118 of 120 s | 700 MB |",
  );
  expect(row?.split("|")).toHaveLength(head?.split("|").length ?? 0);
});

test("a run that found nothing says so by dashes", () => {
  const empty = { ...RESULT, accepted: 0, set_gain: null, first_accepted_seconds: null };
  expect(renderScale(empty)).toContain("| 0 | – | – |");
});

test("a gain is not rounded out of its interval", () => {
  const set_gain = { value: 0.922, low: 0.921, high: 0.924 };
  expect(renderScale({ ...RESULT, set_gain })).toContain("| 92.2% [92.1%, 92.4%] |");
});
