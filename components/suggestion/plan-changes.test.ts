import { describe, expect, it } from "vitest";
import type { PlanOperator } from "@/server/contracts";
import { markChanges } from "./plan-changes";

const operator = (name: string, rows: number): PlanOperator => ({
  ...{ depth: 0, name, detail: "projects" },
  rows,
});

describe("what differs between two plans", () => {
  it("is the operator that was replaced, on both sides", () => {
    const before = [operator("Hash group by", 7), operator("Sequential scan", 900)];
    const after = [operator("Hash group by", 7), operator("Index scan", 900)];
    expect(markChanges(before, after)).toEqual({ before: new Set([1]), after: new Set([1]) });
  });
  it("is an operator that passes on another number of rows", () => {
    const marked = markChanges([operator("Filter", 9)], [operator("Filter", 3)]);
    expect(marked).toEqual({ before: new Set([0]), after: new Set([0]) });
  });
  it("is the second of two equal operators where the other side has one", () => {
    const scan = operator("Sequential scan", 5);
    expect(markChanges([scan, scan], [scan])).toEqual({ before: new Set([1]), after: new Set() });
  });
  it("is nothing between equal plans in another depth", () => {
    const scan = operator("Sequential scan", 5);
    const marked = markChanges([scan], [{ ...scan, depth: 3 }]);
    expect(marked).toEqual({ before: new Set(), after: new Set() });
  });
});
