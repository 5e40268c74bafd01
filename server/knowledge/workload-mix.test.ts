import fc from "fast-check";
import { expect, test } from "vitest";
import { followMix, judgeReadiness, mixDistance, mixOf } from "./workload-mix";

const LIMITS = { callsMin: 40, repeatedShareMin: 0.8, distanceMax: 0.15 };
const select = (fingerprint: string, calls: number, mean_ms = 1) => ({
  ...{ fingerprint, calls, mean_ms },
  kind: "select" as const,
});
/** A mix of shapes `a`, `b`, … with these times. */
const timed = (...times: number[]) =>
  mixOf(times.map((time, index) => select(String.fromCharCode(97 + index), 10, time)));

test("a mix is the share of time of each SELECT shape, not of calls and not of writes", () => {
  const mix = mixOf([
    select("slow", 1, 300),
    select("fast", 99, 1),
    select("unused", 0, 50),
    { ...select("insert", 1000, 10), kind: "insert" },
  ]);
  expect(mix.calls).toBe(100);
  expect(mix.shares.slow).toBeCloseTo(300 / 399);
  expect(mix.shares).not.toHaveProperty("insert");
  expect(mix.repeated_share).toBeCloseTo(99 / 399);
});

test("a workload without calls has no mix, one without time is shared out by calls", () => {
  expect(mixOf([select("a", 0)])).toEqual({ calls: 0, repeated_share: 0, shares: {} });
  expect(mixOf([select("a", 3, 0), select("b", 1, 0)]).shares).toEqual({ a: 0.75, b: 0.25 });
});

test("of thousands of shapes the largest are kept, and the rest together", () => {
  const { shares } = mixOf(Array.from({ length: 3000 }, (_, n) => select(`q${n}`, 1, n + 1)));
  expect(Object.keys(shares)).toHaveLength(201);
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  expect(shares).toHaveProperty("q2999");
});

test("the distance is the share of time that is spent on other shapes now", () => {
  expect(mixDistance(timed(1, 1), timed(1, 1))).toBe(0);
  expect(mixDistance(timed(1, 1), timed(3, 1))).toBeCloseTo(0.25);
  expect(mixDistance(timed(1), timed(0, 1))).toBe(1);
  expect(mixDistance(timed(9, 1), timed(9, 0, 1))).toBeCloseTo(0.1);
});

test("the distance is a metric between 0 and 1", () => {
  const mix = fc
    .array(fc.integer({ min: 0, max: 1000 }), { minLength: 3, maxLength: 3 })
    .filter((times) => times.some((time) => time > 0))
    .map((times) => timed(...times));
  fc.assert(
    fc.property(mix, mix, mix, (a, b, c) => {
      const distance = mixDistance(a, b);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(distance).toBeLessThanOrEqual(1 + 1e-9);
      expect(mixDistance(b, a)).toBeCloseTo(distance);
      expect(distance).toBeLessThanOrEqual(mixDistance(a, c) + mixDistance(c, b) + 1e-9);
    }),
  );
});

const calls = (count: number, ...times: number[]) => ({ ...timed(...times), calls: count });
const follow = (...mixes: ReturnType<typeof calls>[]) =>
  mixes.reduce<ReturnType<typeof followMix> | null>(
    (trail, mix) => followMix(trail, mix, LIMITS),
    null,
  );

test("a mix is compared once there are half as many calls again, not before", () => {
  expect(follow(calls(20, 1, 1))).toMatchObject({ distance: null });
  expect(follow(calls(20, 1, 1), calls(29, 3, 1))).toMatchObject({
    anchor: { calls: 20 },
    distance: null,
  });
  const moved = follow(calls(20, 1, 1), calls(29, 2, 1), calls(30, 3, 1));
  expect(moved?.anchor.calls).toBe(30);
  expect(moved?.distance).toBeCloseTo(0.25);
});

test("a large workload needs no more new calls than are asked for, a very large one none", () => {
  expect(follow(calls(500, 1, 1), calls(540, 3, 1))?.distance).toBeCloseTo(0.25);
  expect(follow(calls(1000, 1, 1))).toMatchObject({ distance: 0 });
});

test("nothing is compared with nothing, nor with what has gone", () => {
  expect(follow(calls(0), calls(10, 1))).toMatchObject({ anchor: { calls: 10 }, distance: null });
  expect(follow(calls(30, 1), calls(10, 1))).toMatchObject({
    anchor: { calls: 10 },
    distance: null,
  });
});

const judge = (count: number, repeated: number, distance: number | null) =>
  judgeReadiness({ calls: count, repeated_share: repeated, shares: {} }, { distance }, LIMITS);

test("enough is enough calls, enough time in repeated queries, and a steady mix", () => {
  expect(judge(40, 0.8, 0.15)).toEqual({ is_enough: true, share: 1, missing: [] });
  expect(judge(39, 1, 0)).toMatchObject({ is_enough: false });
  expect(judge(40, 0.79, 0)).toMatchObject({ is_enough: false });
  expect(judge(40, 1, 0.16)).toMatchObject({ is_enough: false });
  expect(judge(40, 1, null)).toMatchObject({ is_enough: false });
});

test("what is missing is said with its figures", () => {
  expect(judge(10, 0.4, 0.3)).toEqual({
    is_enough: false,
    share: 0.41,
    missing: [
      "30 more queries (10 of 40 so far)",
      "queries called at least twice take 40% of the time, and 80% is asked for",
      "a steady mix of queries: 30% of the time moved to other queries between two observations, and 15% is allowed",
    ],
  });
  expect(judge(39, 1, null).missing).toEqual([
    "1 more query (39 of 40 so far)",
    "a later observation to compare the mix of queries with",
  ]);
});

test("the share never says all while something is missing", () => {
  expect(judge(40, 0.8, 0.1500001)).toMatchObject({ is_enough: false, share: 0.99 });
});
