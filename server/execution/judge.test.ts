import { expect, test } from "vitest";
import {
  DEFAULT_REGRESSION_POLICY,
  type RegressionPolicy,
  type WorkloadPattern,
} from "@/server/contracts";
import { queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { judgeOutcome, type Measured } from "@/server/policy";
import { summarizeOutcome } from "./describe-outcome";
import { measureOutcome } from "./judge";

const WATCHING = { hasTimeLeft: true, isEarly: false };
const ENDED = { hasTimeLeft: false, isEarly: false };
const EARLY = { hasTimeLeft: true, isEarly: true };

/** Latencies around a centre, spread by ±10 % in a fixed order. */
const around = (ms: number, calls = 30) =>
  Array.from({ length: calls }, (_, i) => ms * (0.9 + 0.2 * ((i * 7) % 10) * 0.1));

function pattern(fingerprint: string, latencies: number[]): WorkloadPattern {
  return {
    fingerprint,
    sql: `SELECT ${fingerprint}`,
    kind: "select",
    is_parsed: true,
    calls: latencies.length,
    mean_ms: 0,
    median_ms: 0,
    p95_ms: 0,
    first_seen: "2026-01-01T00:00:00Z",
    last_seen: "2026-01-01T00:00:00Z",
    latencies_ms: latencies,
  };
}

interface Live {
  isEarly?: boolean;
  accepted?: object;
  expected?: Record<string, number>;
  policy?: RegressionPolicy;
  beforeSeconds?: number;
}

const gainOf = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });

const measure = (
  before: Record<string, number[]>,
  after: Record<string, number[]>,
  live: Live = {},
): Measured =>
  measureOutcome({
    isEarly: live.isEarly ?? false,
    before: Object.entries(before).map(([name, ms]) => pattern(name, ms)),
    beforeSeconds: live.beforeSeconds ?? 60,
    after: Object.entries(after).map(([name, ms]) => pattern(name, ms)),
    targeted: new Set(["target"]),
    expected: new Map(
      Object.entries(live.expected ?? {}).map(([name, gain]) => [
        name,
        { ...queryEvidenceOf(name, gain), gain: gainOf(gain) },
      ]),
    ),
    accepted: new Map(Object.entries(live.accepted ?? {})),
    policy: live.policy ?? DEFAULT_REGRESSION_POLICY,
    limits: { secondsMin: 60, secondsMax: 3600 },
  });

const verdictOf = (measured: Measured, at = WATCHING, policy = DEFAULT_REGRESSION_POLICY) =>
  judgeOutcome(policy, { ...measured, ...at });
const stateOf = (...of: Parameters<typeof verdictOf>) => verdictOf(...of).state;
const summaryOf = (
  state: Parameters<typeof summarizeOutcome>[0],
  measured: Measured,
  circumstances: Partial<Parameters<typeof summarizeOutcome>[2]> = {},
) =>
  summarizeOutcome(
    state,
    { ...measured, ...ENDED, minutes: 2 },
    { hasExpectedGain: true, ...circumstances },
  );

test("a targeted query that became faster confirms, with the whole workload beside what was expected", () => {
  const measured = measure(
    { target: around(100), other: around(5) },
    { target: around(10), other: around(5) },
    { expected: { target: 0.9 } },
  );
  expect(stateOf(measured)).toBe("confirmed");
  expect(measured.queries[0]).toMatchObject({ is_targeted: true, status: "faster" });
  expect(measured.queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  // 105 ms a call became 15; the promise counts the other query as unchanged.
  expect(measured.workload.actual?.value).toBeCloseTo(90 / 105, 2);
  expect(measured.workload.expected?.value).toBeCloseTo(90 / 105, 2);
  expect(measured.workload).toMatchObject({ calls: 60, compared_share: 1 });
  expect(summaryOf("confirmed", measured)).toMatch(/86% .* less time .*expected: 86%.*60 calls/);
});

test("the whole is weighted by calls: a rare query that lost much does not outweigh a frequent one", () => {
  const before = { target: around(10, 300), rare: around(50, 30) };
  const measured = measure(before, { target: around(5, 300), rare: around(60, 30) });
  expect(measured.workload.actual?.value).toBeCloseTo(1 - (300 * 5 + 30 * 60) / (3000 + 1500), 1);
});

test("queries that lose what the whole workload gains are regressions, and no regression of the change", () => {
  const measured = measure(
    { target: around(100), other: around(20) },
    { target: around(10), other: around(60) },
  );
  const verdict = verdictOf(measured);
  expect(verdict).toMatchObject({ state: "confirmed_with_regressions", regressions: ["other"] });
  expect(verdict.reasons.join(" ")).toMatch(/Regressed: 19.8 ms → 59.4 ms.*30 calls.*limits: 5%/);
  expect(summaryOf("confirmed_with_regressions", measured)).toMatch(/Slower: 19.8 ms → 59.4 ms/);
});

test("a policy may let one query decide", () => {
  const policy = {
    ...DEFAULT_REGRESSION_POLICY,
    query: { ...DEFAULT_REGRESSION_POLICY.query, overrides_workload: true },
  };
  const before = { target: around(100), other: around(20) };
  const measured = measure(before, { target: around(10), other: around(60) }, { policy });
  const verdict = verdictOf(measured, WATCHING, policy);
  expect(verdict.state).toBe("regressed");
  expect(verdict.reasons.join(" ")).toMatch(/counts one regressed query/);
});

test("a query that lost a tenth while nothing gained is a regression, by the proof's own limit", () => {
  const before = { target: around(100, 60), other: around(50, 60) };
  const measured = measure(before, { target: around(100, 60), other: around(56, 60) });
  expect(stateOf(measured)).toBe("regressed");
  const policy = { ...DEFAULT_REGRESSION_POLICY, workload_lost_min: 0.2 };
  expect(stateOf(measured, ENDED, policy)).toBe("inconclusive");
});

test("right after a rebuild only what is plainly slower is one, and nothing is confirmed", () => {
  const before = { target: around(100, 60), other: around(50, 60) };
  const early = (other: number, target = 100) =>
    stateOf(
      measure(before, { target: around(target, 60), other: around(other, 60) }, { isEarly: true }),
      EARLY,
    );
  expect(early(56)).toBe("verifying");
  expect(early(90)).toBe("regressed");
  expect(early(50, 10)).toBe("verifying");
});

test("an INSERT of 13 calls never makes a regression of a workload that gained 42%", () => {
  const before = { target: around(100, 60), insert: around(4, 13) };
  const measured = measure(before, { target: around(58, 60), insert: around(6.2, 13) });
  const { state, reasons } = verdictOf(measured);
  expect(state).toBe("confirmed");
  expect(reasons.join(" ")).toMatch(/Slower, and no regression \(13 calls, and 30 are needed\)/);
});

test("a machine that became slower for everything is no regression of the change", () => {
  const before = { target: around(100), a: around(20), b: around(30), c: around(40) };
  const after = { target: around(12), a: around(24), b: around(36), c: around(48) };
  const measured = measure(before, after);
  expect(stateOf(measured)).toBe("confirmed");
  expect(measured.workload.drift).toBeCloseTo(1.2, 1);
  // One of them alone is, where the whole did not gain.
  const alone = { target: around(100), a: around(20), b: around(36), c: around(40) };
  expect(stateOf(measure(before, alone))).toBe("regressed");
});

test("a slowdown of less than a tenth of a millisecond is noise, not a regression", () => {
  const measured = measure(
    { target: around(100), other: around(0.4) },
    { target: around(10), other: around(0.49) },
  );
  expect(stateOf(measured)).toBe("confirmed");
});

test("nothing is confirmed while a query that mattered has too few calls to be judged", () => {
  const before = { target: around(100), other: around(80) };
  const measured = measure(before, { target: around(10), other: around(80, 3) });
  expect(stateOf(measured)).toBe("verifying");
  expect(stateOf(measured, ENDED)).toBe("confirmed");
});

test("a query too seldom called before is not waited for", () => {
  const before = { target: around(100), rare: around(500, 5) };
  expect(stateOf(measure(before, { target: around(10), rare: around(500, 2) }))).toBe("confirmed");
});

test("a targeted query that was promised nothing does not hold the verdict back", () => {
  const measured = measure(
    { target: around(100), side: around(100) },
    { target: around(10), side: around(100) },
  );
  const queries = measured.queries.map((query) =>
    query.fingerprint === "side"
      ? { ...query, is_targeted: true, expected_gain: { value: 0, low: -0.1, high: 0.1 } }
      : query,
  );
  expect(stateOf({ ...measured, queries })).toBe("confirmed");
});

test("too few calls: verifying while there is time, then not enough calls to tell, never confirmed", () => {
  const measured = measure({ target: around(100) }, { target: around(10, 3) });
  expect(stateOf(measured)).toBe("verifying");
  expect(stateOf(measured, ENDED)).toBe("inconclusive");
  expect(summaryOf("inconclusive", measured)).toMatch(/^Not enough calls to tell/);
});

test("most of the promise has too few calls: what little can be judged does not confirm it", () => {
  const before = { target: around(1), heavy: around(500) };
  const measured = measure(before, { target: around(0.1), heavy: around(50, 4) });
  const queries = measured.queries.map((query) => ({
    ...{ ...query, is_targeted: true, expected_gain: gainOf(0.9) },
  }));
  expect(stateOf({ ...measured, queries }, ENDED)).toBe("inconclusive");
});

test("no gain and no loss is inconclusive at the end, never confirmed", () => {
  const measured = measure({ target: around(100) }, { target: around(100) });
  expect(stateOf(measured)).toBe("verifying");
  expect(stateOf(measured, ENDED)).toBe("inconclusive");
  // With four times the calls that the policy asks for there is nothing to wait for.
  const many = measure({ target: around(100) }, { target: around(100, 120) });
  expect(stateOf(many)).toBe("inconclusive");
});

test("the window of a query is as long as its calls for a decision take, within the shortest and the longest", () => {
  const before = { often: around(10, 600), seldom: around(10, 60), rare: around(10, 12) };
  const { queries } = measure(before, {}, { beforeSeconds: 1200 });
  const windows = Object.fromEntries(queries.map((q) => [q.fingerprint, q.window_seconds]));
  // 30 calls at 30, 3 and 0.6 a minute.
  expect(windows).toEqual({ often: 60, seldom: 600, rare: 3000 });
  const [never] = measure({ rare: around(10, 12) }, {}, { beforeSeconds: 36_000 }).queries;
  expect(never?.window_seconds).toBeNull();
});

test("an execution that promised no query anything says that, and not that nothing was called", () => {
  const measured = measure({ other: around(100) }, { other: around(100) });
  expect(stateOf(measured)).toBe("inconclusive");
  expect(summaryOf("inconclusive", measured, { hasExpectedGain: false })).toMatch(
    /none became slower/,
  );
  expect(summaryOf("inconclusive", measured)).toMatch(/not called/);
  const slower = measure(
    { other: around(100, 60), insert: around(4, 13) },
    { other: around(100, 60), insert: around(6.2, 13) },
  );
  const summary = summaryOf("inconclusive", slower, { hasExpectedGain: false });
  expect(summary).toMatch(/Slower: 3.92 ms/);
  expect(summary).not.toMatch(/none became slower/);
});

test("an unclear end names no median of queries that were not called, and says why nothing is known", () => {
  const sentence = (after: Record<string, number[]>, hasLeftOut = false) => {
    const measured = measure({ target: around(100), other: around(20) }, after);
    expect(stateOf(measured, ENDED)).toBe("inconclusive");
    return summaryOf("inconclusive", measured, { hasLeftOut });
  };
  expect(sentence({})).toBe(
    "Not enough calls to tell: the targeted queries were not called in the window.",
  );
  expect(sentence({ target: around(90, 3) })).toMatch(/0 targeted queries of 1 had the 12 calls/);
  expect(sentence({}, true)).toMatch(/left out/);
  expect(sentence({ target: around(100) }, true)).toMatch(/no clear gain \(median 99 ms → 99 ms\)/);
});

test("what became slower as far as a person accepted is told, and rolls nothing back; beyond that it does", () => {
  const before = { target: around(100, 60), star: around(50, 60) };
  const after = (star: number) => ({ target: around(100, 60), star: around(star, 60) });
  const accepted = { star: 1.25 };
  const asAccepted = measure(before, after(60), { accepted });
  expect(asAccepted.queries.map(({ status }) => status)).toEqual(["same", "slower_as_accepted"]);
  expect(stateOf(asAccepted, ENDED)).toBe("inconclusive");
  expect(summaryOf("inconclusive", asAccepted, { hasExpectedGain: false })).toMatch(
    /^No query as the product sends it was expected to become faster\. .*Slower, as accepted with the change: 49.5 ms → 59.4 ms\.$/,
  );
  expect(stateOf(measure(before, after(60)), ENDED)).toBe("regressed");
  expect(stateOf(measure(before, after(80), { accepted }), ENDED)).toBe("regressed");
});

test("a stale summary table is told with the verdict, and one that agrees is not called equal", () => {
  const measured = measure({ other: around(100) }, { other: around(100) });
  const sentence = (stale_groups: number | null) =>
    summaryOf("inconclusive", measured, {
      hasExpectedGain: false,
      staleness: [
        { summary: "summary_t", table: "t", groups: 12, stale_groups, measured_at: "2026-01-01" },
      ],
    });
  expect(sentence(3)).toMatch(/summary_t is stale: 3 groups of 12 differ from t/);
  expect(sentence(0)).toMatch(/as old as its last refresh/);
  expect(sentence(null)).toMatch(/could not be measured/);
});
