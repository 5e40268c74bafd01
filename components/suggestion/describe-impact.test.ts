import { expect, test } from "vitest";
import { describeImpact } from "./describe-impact";

const IMPACT = {
  query_speedup: "80%",
  query_speedup_interval: "[78%, 82%]",
  storage_overhead: "2%",
  basis: "measured",
  of: "targeted_queries",
} as const;

test("a gain never stands without its interval, its basis and what it is a share of", () => {
  expect(describeImpact(IMPACT)).toBe(
    "measured: 80% [78%, 82%] less time in its queries, 2% storage",
  );
  expect(describeImpact({ ...IMPACT, of: "workload" })).toContain("in the whole workload");
  expect(describeImpact({ ...IMPACT, basis: "estimate", query_speedup_interval: null })).toBe(
    "estimated, not measured: 80% less time in its queries, 2% storage",
  );
});
