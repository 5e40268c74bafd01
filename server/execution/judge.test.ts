import { expect, test } from "vitest";
import type { WorkloadPattern } from "@/server/contracts";
import { judgeOperation, judgeQueries, summarizeOutcome } from "./judge";

const WATCHING = { hasTimeLeft: true, isEarly: false };
const ENDED = { hasTimeLeft: false, isEarly: false };

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

const judge = (
  before: Record<string, number[]>,
  after: Record<string, number[]>,
  { isEarly = false, accepted = {} }: { isEarly?: boolean; accepted?: object } = {},
) =>
  judgeQueries({
    isEarly,
    before: Object.entries(before).map(([name, ms]) => pattern(name, ms)),
    after: Object.entries(after).map(([name, ms]) => pattern(name, ms)),
    targeted: new Set(["target"]),
    expected: new Map(),
    accepted: new Map(Object.entries(accepted)),
  });

test("a targeted query that became faster confirms, with the medians in the sentence", () => {
  const queries = judge(
    { target: around(100), other: around(5) },
    { target: around(10), other: around(5) },
  );
  expect(judgeOperation(queries, WATCHING)).toBe("confirmed");
  expect(queries[0]).toMatchObject({ is_targeted: true, status: "faster" });
  expect(queries[0]?.actual_gain?.value).toBeCloseTo(0.9, 1);
  expect(summarizeOutcome("confirmed", queries, { hasExpectedGain: true })).toMatch(/→/);
});

test("any query that became clearly slower is a regression, whatever the target gained", () => {
  const queries = judge(
    { target: around(100), other: around(20) },
    { target: around(10), other: around(60) },
  );
  expect(judgeOperation(queries, WATCHING)).toBe("regressed");
});

test("a query that lost a tenth is a regression, by the proof's own limit", () => {
  const before = { target: around(100, 60), other: around(50, 60) };
  const queries = judge(before, { target: around(10, 60), other: around(56, 60) });
  expect(judgeOperation(queries, WATCHING)).toBe("regressed");
});

test("right after a rebuild only what is plainly slower is one, and nothing is confirmed", () => {
  const before = { target: around(100, 60), other: around(50, 60) };
  const early = { hasTimeLeft: true, isEarly: true };
  const slightly = judge(before, { target: around(10, 60), other: around(56, 60) }, early);
  expect(judgeOperation(slightly, early)).toBeNull();
  const plainly = judge(before, { target: around(10, 60), other: around(90, 60) }, early);
  expect(judgeOperation(plainly, early)).toBe("regressed");
});

test("a few slower calls whose loss nobody feels are told, and roll nothing back", () => {
  const before = { target: around(100, 60), insert: around(4, 13) };
  const queries = judge(before, { target: around(58, 60), insert: around(6.2, 13) });
  expect(judgeOperation(queries, WATCHING)).toBe("confirmed");
  expect(summarizeOutcome("confirmed", queries, { hasExpectedGain: true })).toMatch(
    /Slower, but less than 1%.*3.92 ms → 6.08 ms/,
  );
});

test("a machine that became slower for everything is no regression of the change", () => {
  const before = { target: around(100), a: around(20), b: around(30), c: around(40) };
  const after = { target: around(12), a: around(24), b: around(36), c: around(48) };
  expect(judgeOperation(judge(before, after), WATCHING)).toBe("confirmed");
  // One of them alone is.
  const alone = { target: around(12), a: around(20), b: around(36), c: around(40) };
  expect(judgeOperation(judge(before, alone), WATCHING)).toBe("regressed");
});

test("a slowdown of less than a tenth of a millisecond is noise, not a regression", () => {
  const queries = judge(
    { target: around(100), other: around(0.4) },
    { target: around(10), other: around(0.49) },
  );
  expect(judgeOperation(queries, WATCHING)).toBe("confirmed");
});

test("nothing is confirmed while a query that mattered has too few calls to be judged", () => {
  const before = { target: around(100), other: around(80) };
  const queries = judge(before, { target: around(10), other: around(80, 3) });
  expect(judgeOperation(queries, WATCHING)).toBeNull();
  expect(judgeOperation(queries, ENDED)).toBe("confirmed");
});

test("a query too seldom called before is not waited for", () => {
  const before = { target: around(100), rare: around(500, 5) };
  const queries = judge(before, { target: around(10), rare: around(500, 2) });
  expect(judgeOperation(queries, WATCHING)).toBe("confirmed");
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
  expect(judgeOperation([target, unpromised], WATCHING)).toBe("confirmed");
});

test("too few calls: watch while there is time, then say it is inconclusive", () => {
  const queries = judge({ target: around(100) }, { target: around(10, 3) });
  expect(judgeOperation(queries, WATCHING)).toBeNull();
  expect(judgeOperation(queries, ENDED)).toBe("inconclusive");
});

test("no gain and no loss is inconclusive at the end, never confirmed", () => {
  const queries = judge({ target: around(100) }, { target: around(100) });
  expect(judgeOperation(queries, WATCHING)).toBeNull();
  expect(judgeOperation(queries, ENDED)).toBe("inconclusive");
});

test("an execution that promised no query anything says that, and not that nothing was called", () => {
  const queries = judge({ other: around(100) }, { other: around(100) });
  expect(judgeOperation(queries, WATCHING)).toBe("inconclusive");
  expect(summarizeOutcome("inconclusive", queries, { hasExpectedGain: false })).toMatch(
    /none became slower/,
  );
  expect(summarizeOutcome("inconclusive", queries, { hasExpectedGain: true })).toMatch(
    /not called/,
  );
  const slower = judge(
    { other: around(100, 60), insert: around(4, 13) },
    { other: around(100, 60), insert: around(6.2, 13) },
  );
  const summary = summarizeOutcome("inconclusive", slower, { hasExpectedGain: false });
  expect(summary).toMatch(/Slower, but less than 1%/);
  expect(summary).not.toMatch(/none became slower/);
});

test("an unclear end names no median of queries that were not called, and says why nothing is known", () => {
  const sentence = (after: Record<string, number[]>, hasLeftOut = false) => {
    const queries = judge({ target: around(100), other: around(20) }, after);
    expect(judgeOperation(queries, ENDED)).toBe("inconclusive");
    return summarizeOutcome("inconclusive", queries, { hasExpectedGain: true, hasLeftOut });
  };
  expect(sentence({})).toBe("The targeted queries were not called in the window.");
  expect(sentence({ target: around(90, 3) })).toMatch(/too seldom .*: 3 calls, and each needs 12/);
  expect(sentence({}, true)).toMatch(/left out/);
  const same = sentence({ target: around(100) }, true);
  expect(same).toMatch(/no clear gain \(median 99 ms → 99 ms\)/);
});

test("what became slower as far as a person accepted is told, and rolls nothing back; beyond that it does", () => {
  const before = { target: around(100, 60), star: around(50, 60) };
  const after = (star: number) => ({ target: around(100, 60), star: around(star, 60) });
  const accepted = { star: 1.25 };
  const asAccepted = judge(before, after(60), { accepted });
  expect(asAccepted.map(({ status }) => status)).toEqual(["same", "slower_as_accepted"]);
  expect(judgeOperation(asAccepted, ENDED)).toBe("inconclusive");
  expect(summarizeOutcome("inconclusive", asAccepted, { hasExpectedGain: false })).toBe(
    "No query as the product sends it was expected to become faster. Slower, as accepted with the change: 49.5 ms → 59.4 ms.",
  );
  expect(judgeOperation(judge(before, after(60)), ENDED)).toBe("regressed");
  expect(judgeOperation(judge(before, after(80), { accepted }), ENDED)).toBe("regressed");
});
