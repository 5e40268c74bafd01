import { describe, expect, it } from "vitest";
import { fill } from "./explain-item";

const FIGURES = { gain: "95 %", before: "12.8 ms", after: "0.7 ms" };

describe("a text whose figures are slots", () => {
  it("gets every figure from the evidence", () => {
    expect(fill("<before> become <after>: <gain> less.", FIGURES)).toBe(
      "12.8 ms become 0.7 ms: 95 % less.",
    );
  });
  it("is refused with a figure of its own, however small", () => {
    expect(fill("It saves 99 % of <before>.", FIGURES)).toBeNull();
    expect(fill("<gain> less on 2 tables", FIGURES)).toBeNull();
  });
  it("is refused with a slot that nothing was measured for", () => {
    expect(fill("<gain> less, <inserts> slower inserts", FIGURES)).toBeNull();
    expect(fill("<secret>", FIGURES)).toBeNull();
  });
});
