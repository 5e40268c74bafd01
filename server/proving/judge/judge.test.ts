import { expect, test } from "vitest";
import type { Interval, MeasuredEvidence, QueryEvidence } from "@/server/contracts";
import { judge } from "./judge";

const GAIN_MIN = 0.1;
const around = (value: number, margin = 0.02): Interval => {
  return { value, low: value - margin, high: value + margin };
};

/** A query of 100 ms whose pairs spread over the given interval of gains. */
function query(gain: Interval, change: Partial<QueryEvidence> = {}): QueryEvidence {
  const summary = (median_ms: number, samples_ms: number[]) => {
    return { samples_ms, median_ms, p95_ms: Math.max(...samples_ms) };
  };
  const before = Array.from({ length: 15 }, () => 100);
  const after = before.map(
    (ms, pair) => ms * (1 - gain.low - ((gain.high - gain.low) * (pair % 5)) / 4),
  );
  return {
    fingerprint: "q",
    sql: "SELECT * FROM projects WHERE status = ?",
    calls: 10,
    is_targeted: true,
    baseline: summary(100, before),
    candidate: summary(100 * (1 - gain.value), after),
    pairs: 15,
    gain,
    rows_scanned: { baseline: 1000, candidate: 1000 },
    results_equal: true,
    ...change,
  };
}

function evidence(
  queries: QueryEvidence[],
  workloadGain: Interval,
  change: Partial<MeasuredEvidence> = {},
): MeasuredEvidence {
  return {
    basis: "measured",
    measured_at: "2026-01-01T00:00:00.000Z",
    duration_ms: 1000,
    seed: 1,
    duckdb_version: "v1.5.6",
    threads: 1,
    data_version: "1",
    schema_fingerprint: "s",
    sample: [],
    workload: {
      baseline_ms: 1000,
      candidate_ms: 1000 * (1 - workloadGain.value),
      gain: workloadGain,
      patterns: queries.length,
      not_replayed: [],
    },
    queries,
    storage: { baseline_bytes: 100, candidate_bytes: 100, overhead: 0 },
    build_ms: 1,
    insert_cost: null,
    results_equal: true,
    ...change,
  };
}

const verdict = (...given: Parameters<typeof evidence>) =>
  judge(evidence(...given), { gainMin: GAIN_MIN });

test("a change whose workload surely saves enough passes", () => {
  expect(verdict([query(around(0.5))], around(0.5))).toMatchObject({
    code: "passed",
    is_accepted: true,
    basis: "measured",
  });
});

test("an index on a column of three values, 2.6 times slower, is rejected with its figures", () => {
  const { code, reason } = verdict([query(around(-1.6))], around(-1.6));
  expect(code).toBe("slower");
  expect(reason).toMatch(/160% slower.*100 ms → 260 ms/);
});

test("results that differ outweigh any gain", () => {
  const different = query(around(0.9), { results_equal: false });
  expect(verdict([different], around(0.9), { results_equal: false }).code).toBe("results_differ");
});

test("one query that surely becomes slower rejects a change that the workload gains by", () => {
  const slower = query(around(-0.3), { fingerprint: "slower", is_targeted: false });
  expect(verdict([query(around(0.6)), slower], around(0.3)).code).toBe("regresses_query");
});

test("an interval that holds zero shows no gain, however large its middle", () => {
  const unsure = around(0.3, 0.4);
  expect(verdict([query(unsure)], unsure).code).toBe("interval_includes_zero");
});

test("a sentence denies no gain that the numbers beside it show", () => {
  // The middle is above the limit, but the interval holds zero; the query gains too little by itself.
  const unsure = verdict([query(around(0.2, 0.19))], around(0.11, 0.25));
  expect(unsure).toMatchObject({ code: "gain_below_threshold" });
  expect(unsure.reason).toMatch(
    /^No gain of the whole workload shown: its interval includes zero\. .*11% faster \[−14%, 36%\]/,
  );
  expect(unsure.reason).not.toMatch(/less than/);
});

test("a gain that is sure but small is below the threshold", () => {
  expect(verdict([query(around(0.04))], around(0.04)).code).toBe("gain_below_threshold");
});

test("a gain that costs more than it brings is rejected", () => {
  const costly = { net_gain: -0.2 };
  expect(verdict([query(around(0.15))], around(0.15), costly).code).toBe("cost_exceeds_gain");
});

test("a change of which no query could be replayed is not measurable, and never a gain", () => {
  expect(verdict([], around(0)).code).toBe("not_measurable");
});
