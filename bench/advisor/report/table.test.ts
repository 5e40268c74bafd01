import { expect, test } from "vitest";
import { interval, workloadResult } from "../testing/results";
import { replaceBetweenMarkers } from "./benchmarks-page";
import { renderTable } from "./table";

const README = "# A\n\n<!-- bench:advisor -->\n<!-- /bench:advisor -->\n\nafter\n";

test("a row shows every strategy's gain, what was not built and what was not searched", () => {
  const result = workloadResult({
    index_everything: null,
    rules: 0.1,
    ours_schema: 0.4,
    ours: 0.5,
  });
  const row = renderTable([result]).split("\n")[2];
  expect(row).toBe(
    "| orders | 600,000 | refused | 10% | – | 40% [38%, 42%] | 50% [48%, 52%] | 1.50× (by-code) | 1 | 12 s |",
  );
});

test("says how much of the best set's gain was found, where it gains anything", () => {
  const text = renderTable([
    workloadResult({ best: 0.5, ours_schema: 0.4, ours: 0.4 }),
    { ...workloadResult({ best: 0.5, ours_schema: 0.5 }), workload: "sales" },
    { ...workloadResult({ best: 0.2, ours_schema: 0.2 }), workload: "events" },
    { ...workloadResult({ best: 0, ours_schema: 0 }), workload: "nothing" },
  ]);
  expect(text).toContain("has 100% as the median over workloads, 80% at least (orders).");
  expect(text).toContain(
    "Queries surely slower than before: 1 by this advisor, 4 by the best sets found, 0 by the rules",
  );
  expect(renderTable([workloadResult({ ours: 0.1 })])).not.toContain("best set's gain");
});

test("promises are counted over all workloads", () => {
  const kept = { name: "set", promised: interval(0.3), delivered: interval(0.4) };
  const flags = { is_sampled: false, is_extrapolated: false };
  const result = {
    ...workloadResult({}),
    promises: [
      { ...kept, ...flags, is_kept: true, is_kept_within_noise: true },
      { ...kept, ...flags, is_kept: false, is_kept_within_noise: true },
    ],
  };
  expect(renderTable([result, result])).toContain("Of 4 proved promises");
  expect(renderTable([result, result])).toContain("2 delivered at least the lower end");
});

test("every row has as many cells as the head", () => {
  const lines = renderTable([workloadResult({ ours: 0.1 })]).split("\n");
  const cells = lines.slice(0, 3).map((line) => line.split("|").length);
  expect(new Set(cells).size).toBe(1);
});

test("writing the table twice leaves the text as once, and the rest of the page alone", () => {
  const once = replaceBetweenMarkers(README, "advisor", "| table |");
  expect(once).toBe(
    "# A\n\n<!-- bench:advisor -->\n\n| table |\n\n<!-- /bench:advisor -->\n\nafter\n",
  );
  expect(replaceBetweenMarkers(once, "advisor", "| table |")).toBe(once);
});

test("a page without markers is refused, not written", () => {
  expect(() => replaceBetweenMarkers("# A", "advisor", "x")).toThrow(
    /has no <!-- bench:advisor -->/,
  );
});
