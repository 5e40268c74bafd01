import { describe, expect, it } from "vitest";
import { logTicks, summarizeSamples } from "./quantiles";

describe("summarizeSamples", () => {
  it("orders samples and interpolates between them", () => {
    expect(summarizeSamples([4, 1, 3, 2])).toMatchObject({ min: 1, median: 2.5, max: 4 });
  });
  it("has nothing to say without samples", () => {
    expect(summarizeSamples([])).toBeNull();
  });
});

describe("logTicks", () => {
  it("covers the range from below to above", () => {
    expect(logTicks(7, 120)).toEqual([5, 10, 20, 50, 100, 200]);
  });
  it("thins out over many decades, ends kept", () => {
    const ticks = logTicks(0.03, 400);
    expect(ticks[0]).toBe(0.02);
    expect(ticks.at(-1)).toBe(500);
    expect(ticks.length).toBeLessThanOrEqual(8);
  });
});
