import { expect, test } from "vitest";
import type { QueryOutcome, Verification } from "@/server/contracts";
import { summarizeExecution } from "./summarize-execution";

const around = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const query = (change: Partial<QueryOutcome>): QueryOutcome => ({
  fingerprint: "q",
  sql: "SELECT 1",
  is_targeted: true,
  before: { calls: 100, median_ms: 10 },
  after: { calls: 100, median_ms: 5 },
  actual_gain: around(0.5),
  expected_gain: around(0.5),
  status: "faster",
  ...change,
});
const watch = (queries: QueryOutcome[], seconds = 60): Verification => ({
  state: "confirmed",
  window_started_at: "2026-01-01T00:00:00.000Z",
  window_ended_at: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
  queries,
  summary: "",
});
const now = new Date("2026-01-02T00:00:00Z");

test("time saved is told per day at the rate of the watch", () => {
  // 100 calls in a minute, 5 ms each: 500 ms a minute.
  const result = summarizeExecution(watch([query({})]), now);
  expect(result.saved_ms_per_day).toBeCloseTo(500 * 60 * 24);
  expect(result.watched_seconds).toBe(60);
});

test("queries weigh by calls and latency; promised and delivered are of the same ones", () => {
  const result = summarizeExecution(
    watch([
      query({ expected_gain: around(0.6) }),
      query({
        before: { calls: 9, median_ms: 90 },
        after: { calls: 100, median_ms: 90 },
        expected_gain: around(0),
        actual_gain: around(0),
      }),
      query({
        before: { calls: 9, median_ms: 1000 },
        after: { calls: 100, median_ms: 10 },
        expected_gain: null,
      }),
    ]),
    now,
  );
  expect(result.promised?.value).toBeCloseTo(0.06);
  expect(result.promised?.low).toBeCloseTo(-0.04);
  expect(result.delivered).toBeCloseTo(0.05);
});

test("with too few calls nothing is told", () => {
  const few = query({ actual_gain: null, status: "too_few_calls" });
  const told = { promised: null, delivered: null, saved_ms_per_day: null };
  expect(summarizeExecution(watch([few]), now)).toMatchObject(told);
  expect(summarizeExecution(watch([query({})], 0), now).saved_ms_per_day).toBeNull();
});

test("a watch that goes on is measured until now", () => {
  const open = { ...watch([query({})]), window_ended_at: null };
  expect(summarizeExecution(open, now).watched_seconds).toBe(86_400);
});
