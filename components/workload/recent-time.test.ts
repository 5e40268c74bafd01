import { expect, test } from "vitest";
import type { ObservedPattern } from "@/server/contracts";
import { describeSample, recentMs } from "./recent-time";

const AT = "2026-01-01T00:00:00.000Z";
const observed = (
  calls: number,
  recent: number | null,
): Pick<ObservedPattern, "pattern" | "recent"> => ({
  pattern: {
    fingerprint: "f",
    sql: "SELECT 1",
    kind: "select",
    is_parsed: true,
    calls,
    mean_ms: 2,
    median_ms: 2,
    p95_ms: 2,
    first_seen: AT,
    last_seen: AT,
  },
  recent: recent === null ? null : { calls: recent, since: AT, until: AT },
});

test("a shape's time is that of its recent calls, however often it was called before", () => {
  expect(recentMs(observed(1_000_000, 3))).toBe(6);
  expect(recentMs(observed(1_000_000, 0))).toBe(0);
  expect(recentMs(observed(1_000_000, null))).toBe(0);
});

test("latencies are called those of as many calls as they are of", () => {
  expect(describeSample(observed(1_000_000, 120))).toBe("of 120 calls");
  expect(describeSample(observed(1_000_000, 1200))).toBe("of the last 500 calls");
  expect(describeSample(observed(1_000_000, 1))).toBe("of 1 call");
  expect(describeSample(observed(1_000_000, 0))).toBe("when last called");
  expect(describeSample(observed(1_000_000, null))).toBe("when last called");
});
