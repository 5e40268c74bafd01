import fc from "fast-check";
import { expect, test } from "vitest";
import { type QueryOutcome, RegressionPolicy } from "@/server/contracts";
import { judgeOutcome } from "./judge-outcome";
import type { MeasuredOutcome } from "./regression-limits";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const interval = fc
  .tuple(fc.double({ min: -2, max: 0.95, noNaN: true }), share, share)
  .map(([value, below, above]) => ({ value, low: value - below, high: value + above / 10 }));
const calls = fc.integer({ min: 0, max: 400 });
const ms = fc.double({ min: 0.01, max: 500, noNaN: true });

const query: fc.Arbitrary<QueryOutcome> = fc
  .record({
    fingerprint: fc.uuid(),
    is_targeted: fc.boolean(),
    before: fc.record({ calls, median_ms: ms }),
    after: fc.record({ calls, median_ms: ms }),
    actual_gain: interval,
    expected_gain: fc.option(interval),
    share,
    lost: fc.record({ ms: fc.double({ min: 0, max: 50, noNaN: true }), share }),
  })
  .map((one) => {
    const hasCalls = Math.min(one.before.calls, one.after.calls) >= 12;
    const status = hasCalls ? (one.actual_gain.low > 0 ? "faster" : "same") : "too_few_calls";
    return { ...one, sql: `SELECT ${one.fingerprint}`, status, lost: hasCalls ? one.lost : null };
  });

const measured: fc.Arbitrary<MeasuredOutcome> = fc.record({
  queries: fc.array(query, { maxLength: 6 }),
  workload: fc.record({
    actual: fc.option(interval),
    adjusted: fc.option(interval),
    expected: fc.option(interval),
    calls,
    compared_share: share,
    drift: fc.constantFrom(1, 1.3),
  }),
  hasTimeLeft: fc.boolean(),
  isEarly: fc.boolean(),
});

const policy: fc.Arbitrary<RegressionPolicy> = fc
  .record({
    workload_lost_min: fc.constantFrom(0, 0.01, 0.1),
    query: fc.record({
      calls_min: fc.integer({ min: 12, max: 100 }),
      share_min: fc.constantFrom(0, 0.01, 0.2),
      lost_ms_min: fc.constantFrom(0, 0.1, 5),
      lost_share_min: fc.constantFrom(0, 0.05, 0.5),
      overrides_workload: fc.boolean(),
    }),
  })
  .map((limits) => RegressionPolicy.parse(limits));

const whole = (value: number) => ({ value, low: value - 0.04, high: value + 0.04 });

test("a workload that surely gained is never regressed, unless the policy lets one query decide", () => {
  fc.assert(
    fc.property(
      policy,
      measured,
      fc.double({ min: 0.05, max: 0.9, noNaN: true }),
      (of, one, gain) => {
        const limits = { ...of, query: { ...of.query, overrides_workload: false } };
        const workload = { ...one.workload, adjusted: whole(gain) };
        expect(judgeOutcome(limits, { ...one, workload }).state).not.toBe("regressed");
      },
    ),
  );
});

test("a query below any one limit never counts as a regression", () => {
  fc.assert(
    fc.property(policy, measured, (of, one) => {
      const { regressions } = judgeOutcome(of, one);
      for (const { fingerprint, before, after, share: part = 0, lost } of one.queries) {
        const isBelow =
          Math.min(before.calls, after.calls) < of.query.calls_min ||
          part < of.query.share_min ||
          (lost?.ms ?? 0) <= of.query.lost_ms_min ||
          (lost?.share ?? 0) <= of.query.lost_share_min;
        if (isBelow) expect(regressions).not.toContain(fingerprint);
      }
    }),
  );
});

test("nothing is confirmed early, without a faster query that has its calls, or with a whole that surely lost", () => {
  fc.assert(
    fc.property(policy, measured, (of, one) => {
      const { state, regressions } = judgeOutcome(of, one);
      if (state !== "confirmed" && state !== "confirmed_with_regressions") return;
      expect(one.hasTimeLeft && one.isEarly).toBe(false);
      expect(one.queries.some((each) => each.is_targeted && each.status === "faster")).toBe(true);
      expect(one.workload.adjusted === null || one.workload.adjusted.high > 0).toBe(true);
      expect(regressions.length > 0).toBe(state === "confirmed_with_regressions");
    }),
  );
});

test("when the time is over there is a verdict, and every verdict has reasons with figures", () => {
  fc.assert(
    fc.property(policy, measured, (of, one) => {
      const { state, reasons } = judgeOutcome(of, { ...one, hasTimeLeft: false });
      expect(state).not.toBe("verifying");
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toMatch(/\d|policy/);
    }),
  );
});

test("stricter limits never find more regressed queries", () => {
  fc.assert(
    fc.property(policy, measured, fc.integer({ min: 0, max: 50 }), (of, one, more) => {
      const { query: limits } = of;
      const strict = { ...of, query: { ...limits, calls_min: limits.calls_min + more } };
      const found = judgeOutcome(of, { ...one, isEarly: true }).regressions;
      const fewer = judgeOutcome(strict, { ...one, isEarly: true }).regressions;
      expect(fewer.every((each) => found.includes(each))).toBe(true);
    }),
  );
});
