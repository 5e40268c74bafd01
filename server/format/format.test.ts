import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatExactPercent,
  formatInterval,
  formatList,
  formatMs,
  formatPercent,
  formatPlural,
  formatProgress,
  formatRatio,
  formatRelative,
  formatSignedPercent,
  formatSpeed,
  formatWeight,
  shortSql,
} from "./index";

describe("format", () => {
  it("writes durations in the unit that reads best", () => {
    expect([0.001, 0.724, 12.44, 316.4, 2431, 200_000, 5_692_000, 3_599_700].map(formatMs)).toEqual(
      ["<0.01 ms", "0.724 ms", "12.4 ms", "316 ms", "2.43 s", "3 min 20 s", "1 h 35 min", "1 h"],
    );
  });

  it("writes a negative duration as the same length below zero", () => {
    expect([-316.4, -2431, -125_000].map(formatMs)).toEqual(["−316 ms", "−2.43 s", "−2 min 5 s"]);
  });

  it("keeps a digit where a percent is small or nearly all", () => {
    expect([0.004, 0.055, 0.5, 0.923, 1, -1.6, 0].map(formatPercent)).toEqual([
      "0.4%",
      "5.5%",
      "50%",
      "92.3%",
      "100%",
      "−160%",
      "0%",
    ]);
  });

  it("never calls what is not all 100%", () => {
    expect([0.9996, 0.99, 0.999999].map(formatPercent)).toEqual(["99.9%", "99%", "99.9%"]);
  });

  it("calls nothing done before it is", () => {
    expect([0, 0.079, 0.999, 1, 1.2, -1].map(formatProgress)).toEqual([
      ...["0%", "7%", "99%", "100%"],
      ...["100%", "0%"],
    ]);
  });

  it("writes weights with their sign, and no signed zero", () => {
    expect([0.5, -0.254, 1, 0, -0.001].map(formatWeight)).toEqual([
      "+0.5",
      "−0.25",
      "+1",
      "0",
      "0",
    ]);
  });

  it("keeps one digit of every percent that is compared with others", () => {
    expect([0.5, 0.7142, -0.004, 0.9996].map(formatExactPercent)).toEqual([
      "50.0%",
      "71.4%",
      "−0.4%",
      "100.0%",
    ]);
  });

  it("writes an SQL text in one line, and cuts a long one", () => {
    expect(shortSql("SELECT a\n  FROM t ")).toBe("SELECT a FROM t");
    expect(shortSql(`SELECT ${"a".repeat(100)}`)).toBe(`SELECT ${"a".repeat(72)}…`);
  });

  it("lists in words", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(formatList)).toEqual([
      "",
      "a",
      "a and b",
      "a, b and c",
    ]);
  });

  it("never writes a signed or negative zero", () => {
    expect(formatPercent(-0.0001)).toBe("0%");
    expect(formatSignedPercent(0.0001)).toBe("0%");
  });

  it("writes a value with its interval", () => {
    expect(formatInterval({ value: 0.921, low: 0.91, high: 0.933 })).toBe("92.1% [91%, 93.3%]");
  });

  it("says faster, slower or the same", () => {
    const [faster, slower] = [
      { low: 0.1, high: 0.9 },
      { low: -2, high: -0.01 },
    ];
    expect(formatSpeed(slower, 122, 316)).toBe("2.59× slower");
    expect(formatSpeed(faster, 113, 9)).toBe("12.6× faster");
    expect(formatSpeed(slower, 100, 101)).toBe("same speed");
    expect(formatSpeed(faster, 100, 0)).toBe("–");
    expect(formatSpeed({ low: -1.1, high: 0.33 }, 16.1, 19.9)).toBe("no clear difference");
  });

  it("writes cost ratios and sizes", () => {
    expect([1.02, 3.8, 0.9].map(formatRatio)).toEqual(["+2%", "3.8×", "−10%"]);
    expect([512, 1_400_000, -2048].map(formatBytes)).toEqual(["512 B", "1.4 MB", "−2.05 kB"]);
  });

  it("writes relative time from the given clock", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    expect(formatRelative("2026-03-01T11:59:30Z", now)).toBe("just now");
    expect(formatRelative("2026-03-01T11:00:00Z", now)).toBe("1 hour ago");
    expect(formatRelative("2026-03-03T12:00:00Z", now)).toBe("in 2 days");
  });

  it("counts in words", () => {
    expect([formatPlural(1, "change"), formatPlural(1200, "query", "queries")]).toEqual([
      "1 change",
      "1,200 queries",
    ]);
  });
});
