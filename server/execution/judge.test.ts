import { expect, test } from "vitest";
import type { WorkloadPattern } from "@/server/contracts";
import { judgeOperation, judgeQueries, summarizeOutcome } from "./judge";

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

const judge = (before: Record<string, number[]>, after: Record<string, number[]>) =>
  judgeQueries({
    before: Object.entries(before).map(([name, ms]) => pattern(name, ms)),
    after: Object.entries(after).map(([name, ms]) => pattern(name, ms)),
    targeted: new Set(["target"]),
    expected: new Map(),
  });

test("a targeted query that became faster confirms, with the medians in the sentence", () => {
  const queries = judge(
    { target: around(100), other: around(5) },
    { target: around(10), other: around(5) },
  );
  expect(judgeOperation(queries, true)).toBe("confirmed");
  expect(queries[0]).toMatchObject({ is_targeted: true, status: "faster" });
  expect(queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  expect(summarizeOutcome("confirmed", queries, true)).toMatch(/→/);
});

test("any query that became clearly slower is a regression, whatever the target gained", () => {
  const queries = judge(
    { target: around(100), other: around(20) },
    { target: around(10), other: around(60) },
  );
  expect(judgeOperation(queries, true)).toBe("regressed");
});

test("a slowdown below a millisecond is noise, not a regression", () => {
  const queries = judge(
    { target: around(100), other: around(0.4) },
    { target: around(10), other: around(0.9) },
  );
  expect(judgeOperation(queries, true)).toBe("confirmed");
});

test("nothing is confirmed while a query that mattered has too few calls to be judged", () => {
  const before = { target: around(100), other: around(80) };
  const queries = judge(before, { target: around(10), other: around(80, 3) });
  expect(judgeOperation(queries, true)).toBeNull();
  expect(judgeOperation(queries, false)).toBe("confirmed");
});

test("a query too seldom called before is not waited for", () => {
  const before = { target: around(100), rare: around(500, 5) };
  const queries = judge(before, { target: around(10), rare: around(500, 2) });
  expect(judgeOperation(queries, true)).toBe("confirmed");
});

test("a targeted query that was promised nothing does not hold the verdict back", () => {
  const queries = judge(
    { target: around(100), side: around(100) },
    { target: around(10), side: around(100) },
  );
  const [target, side] = queries;
  if (target === undefined || side === undefined) throw new Error("two queries were judged");
  const unpromised = {
    ...side,
    is_targeted: true,
    expected_gain: { value: 0, low: -0.1, high: 0.1 },
  };
  expect(judgeOperation([target, unpromised], true)).toBe("confirmed");
});

test("too few calls: watch while there is time, then say it is inconclusive", () => {
  const queries = judge({ target: around(100) }, { target: around(10, 3) });
  expect(judgeOperation(queries, true)).toBeNull();
  expect(judgeOperation(queries, false)).toBe("inconclusive");
});

test("no gain and no loss is inconclusive at the end, never confirmed", () => {
  const queries = judge({ target: around(100) }, { target: around(100) });
  expect(judgeOperation(queries, true)).toBeNull();
  expect(judgeOperation(queries, false)).toBe("inconclusive");
});

test("an execution that promised no query anything says that, and not that nothing was called", () => {
  const queries = judge({ other: around(100) }, { other: around(100) });
  expect(judgeOperation(queries, true)).toBe("inconclusive");
  expect(summarizeOutcome("inconclusive", queries, false)).toMatch(/none became slower/);
  expect(summarizeOutcome("inconclusive", queries, true)).toMatch(/not called/);
});
