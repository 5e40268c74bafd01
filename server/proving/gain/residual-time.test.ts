import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestCaseGain, expectedGain, type TimedQuery, totalTimeMs } from ".";

/** A query with its calls and ms a call. */
const replay = (fingerprint: string, calls: number, baselineMs: number): TimedQuery => ({
  fingerprint,
  calls,
  baselineMs,
});

/** A change by what it gains of each query alone. */
function member(gains: Record<string, number>) {
  const queries = Object.entries(gains).map(([fingerprint, value]) => ({
    fingerprint,
    gain: { value, low: value, high: value },
  }));
  return { evidence: { queries } };
}

/** Share of the time that is expected to be saved by these changes. */
const saved = (queries: TimedQuery[], to: ReturnType<typeof member>[]) =>
  expectedGain(queries, { from: [], to });

describe("the expected time of a set", () => {
  it("is the workload's own without changes", () => {
    expect(totalTimeMs([replay("a", 2, 3), replay("b", 1, 4)], new Map())).toBe(10);
    expect(saved([replay("a", 2, 3)], [])).toBe(0);
  });

  // The figures of look-ups by key and by account, as the benchmark measured them.
  it("sees that an index takes what makes one order better than another", () => {
    const replays = [replay("by-key", 600, 12), replay("by-account", 100, 10)];
    const index = member({ "by-key": 0.96 });
    const curve = member({ "by-key": 0.23, "by-account": 0.62 });
    const order = member({ "by-account": 0.91 });
    expect(saved(replays, [curve])).toBeGreaterThan(saved(replays, [order]));
    const exchange = { from: [index, curve], to: [index, order] };
    expect(expectedGain(replays, exchange)).toBeCloseTo(1 - 378 / 601.76, 4);
  });

  it("expects nothing of an exchange where there is no time to save", () => {
    expect(expectedGain([], { from: [member({})], to: [member({})] })).toBe(0);
  });

  it("does not depend on the order of the changes, and no gain never helps", () => {
    const gain = fc.double({ min: -1, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(gain, gain, (one, other) => {
        const replays = [replay("a", 5, 2)];
        const [first, second] = [member({ a: one }), member({ a: other })];
        const both = saved(replays, [first, second]);
        expect(both).toBeCloseTo(saved(replays, [second, first]), 9);
        expect(saved(replays, [first, member({})])).toBe(saved(replays, [first]));
      }),
    );
  });
});

describe("what a change could save at best beside a set", () => {
  const replays = [replay("a", 1, 10), replay("b", 1, 10)];

  it("counts gains of what the set left, and no losses", () => {
    const change = member({ a: 0.5, b: -2 });
    expect(bestCaseGain(replays, new Map(), change)).toBeCloseTo(0.25);
    expect(bestCaseGain(replays, new Map([["b", 0]]), change)).toBeCloseTo(0.5);
  });

  it("is nothing where the set served all of it, or there is no workload", () => {
    expect(bestCaseGain(replays, new Map([["a", 0]]), member({ a: 0.9 }))).toBe(0);
    expect(bestCaseGain([], new Map(), member({ a: 0.9 }))).toBe(0);
  });
});
