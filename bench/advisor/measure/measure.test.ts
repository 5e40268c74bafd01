import { expect, test } from "vitest";
import { interval } from "../testing/results";
import { digest } from "./compare-results";
import { workloadGain } from "./gains";
import { roundsFor, type Samples } from "./measure-rounds";
import { compareWithDelivered } from "./promises";

const query = (fingerprint: string, calls: number) => ({
  ...{ fingerprint, calls, name: fingerprint, sql: "SELECT 1", tables: [], sets: [[]] },
});
const NAMES = { baseline: "before", candidate: "after" };

test("a workload's gain weighs queries by calls and latency, worst query first", () => {
  const samples: Samples = new Map([
    ["before", new Map(Object.entries({ often: Array(9).fill(10), rare: Array(9).fill(100) }))],
    ["after", new Map(Object.entries({ often: Array(9).fill(5), rare: Array(9).fill(110) }))],
  ]);
  const found = workloadGain(samples, NAMES, [query("often", 30), query("rare", 1)]);
  // 300 of 400 ms halve, 100 grow by a tenth.
  expect(found.gain.value).toBeCloseTo(0.75 * 0.5 - 0.25 * 0.1, 9);
  expect(found.queries.map((one) => one.name)).toEqual(["rare", "often"]);
});

test.each([
  ["slower by a tenth, every time", 10, 11, true],
  ["slower by less than what matters", 10, 10.4, false],
  ["slower by less than 0.1 ms", 0.5, 0.55, false],
  ["faster", 10, 8, false],
])("a query counts as slower only beyond noise: %s", (_, before, after, isSlower) => {
  const samples: Samples = new Map([
    ["before", new Map([["q", Array(9).fill(before)]])],
    ["after", new Map([["q", Array(9).fill(after)]])],
  ]);
  expect(workloadGain(samples, NAMES, [query("q", 1)]).queries[0]?.is_slower).toBe(isSlower);
});

test("a query is slower only when it is slower than both unchanged copies", () => {
  const samples = (control: number): Samples =>
    new Map([
      ["before", new Map([["q", Array(9).fill(10)]])],
      ["after", new Map([["q", Array(9).fill(11)]])],
      ["control", new Map([["q", Array(9).fill(control)]])],
    ]);
  const isSlower = (control: number) =>
    workloadGain(samples(control), { ...NAMES, control: "control" }, [query("q", 1)]).queries[0]
      ?.is_slower;
  expect(isSlower(10)).toBe(true);
  // An equal file took as long: the file, not the change.
  expect(isSlower(10.9)).toBe(false);
});

test("noise around no difference does not count as slower", () => {
  const noisy = [8, 13, 9, 12, 10, 11, 7, 14, 10];
  const samples: Samples = new Map([
    ["before", new Map([["q", noisy]])],
    ["after", new Map([["q", [...noisy].reverse()]])],
  ]);
  expect(workloadGain(samples, NAMES, [query("q", 1)]).queries[0]?.is_slower).toBe(false);
});

test("cheap queries get their minimum of rounds, dear ones fewer, none more than the maximum", () => {
  const options = { secondsMax: 10, roundsMin: 9, roundsMax: 40 };
  expect(roundsFor(1, 1000, options)).toBe(40);
  expect(roundsFor(50, 1000, options)).toBe(20);
  expect(roundsFor(200, 1000, options)).toBe(9);
  expect(roundsFor(5000, 1000, options)).toBe(5);
});

test("equal rows in another order or type are equal, other values and rows are not", () => {
  const rows = [
    ["a", "12", 0.1 + 0.2],
    ["b", null, 7],
  ];
  const same = [
    ["b", null, "7"],
    ["a", 12, 0.3],
  ];
  expect(digest(same)).toBe(digest(rows));
  expect(digest([...rows, ["b", null, 7]])).not.toBe(digest(rows));
  expect(
    digest([
      ["a", "12", 0.3],
      ["b", "", 7],
    ]),
  ).not.toBe(digest(rows));
});

test("a promise is kept when the full data deliver its lower end", () => {
  const flags = { is_sampled: true, is_extrapolated: false };
  const promised = { name: "set", changes: [], gain: interval(0.5, 0.1), ...flags };
  const verdict = (value: number) => {
    const { is_kept, is_kept_within_noise } = compareWithDelivered(promised, interval(value));
    return [is_kept, is_kept_within_noise];
  };
  expect(verdict(0.41)).toEqual([true, true]);
  expect(verdict(0.39)).toEqual([false, true]);
  expect(verdict(0.3)).toEqual([false, false]);
});
