import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type FaultyProduct,
  goodPattern,
  json,
  startFaultyProduct,
  workloadOf,
} from "./testing/faulty-product";
import { type FaultCase, faultIn, within } from "./testing/misbehave";

let faulty: FaultyProduct;
beforeAll(async () => {
  faulty = await startFaultyProduct();
});
afterAll(() => faulty.close());
beforeEach(() => faulty.mend());

const rows = (...patterns: unknown[]) => json((url) => workloadOf(url, patterns));
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("GET /connector/workload", () => {
  test.each<FaultCase>([
    [
      "has another id",
      json((url) => ({ ...workloadOf(url, []), product_id: "them" })),
      "wrong_product",
      "product_id",
      /calls itself them/,
    ],
    [
      "is an hour ahead",
      json((url) => ({ ...workloadOf(url, []), until: later(60) })),
      "wrong_clock",
      "until",
      /60 minutes ahead of/,
    ],
    [
      "is an hour behind",
      json((url) => ({ ...workloadOf(url, []), until: later(-60) })),
      "wrong_clock",
      "until",
      /60 minutes behind/,
    ],
    [
      "counts all calls each time",
      json((url) => ({ ...workloadOf(url, []), since: later(-9000) })),
      "wrong_field",
      "since",
      /counted with every look/,
    ],
    [
      "lists no patterns",
      json((url) => ({ ...workloadOf(url, []), patterns: null })),
      "wrong_field",
      "patterns",
      /expected array/,
    ],
    [
      "drops fewer than no calls",
      json((url) => ({ ...workloadOf(url, []), dropped_calls: -1 })),
      "wrong_field",
      "dropped_calls",
      />=0/,
    ],
  ])("a product that %s", async (_, answer, code, field, what) => {
    faulty.misbehave("workload", answer);
    const fault = await faultIn(() => within(faulty.product).getWorkload(new Date()));
    expect(fault).toMatchObject({ code, field });
    expect(fault.message).toMatch(what);
  });

  const good = goodPattern("good");
  test.each<[string, Record<string, unknown> | null, string]>([
    ["calls beyond what a number holds", { calls: 2 ** 53 }, "calls"],
    ["more calls than a count may be", { calls: 2 ** 31 }, "calls"],
    ["half a call", { calls: 0.5 }, "calls"],
    ["negative time", { mean_ms: -1 }, "mean_ms"],
    ["a call of two days", { p95_ms: 2e8 }, "p95_ms"],
    ["time as a text", { median_ms: "3" }, "median_ms"],
    ["a median above the 95th percentile", { median_ms: 9 }, "p95_ms"],
    ["an earlier row's fingerprint", { fingerprint: "good" }, "fingerprint"],
    ["no fingerprint", { fingerprint: "" }, "fingerprint"],
    ["an unknown kind", { kind: "merge into" }, "kind"],
    ["a call in the future", { last_seen: later(60) }, "last_seen"],
    ["a first call after the last", { last_seen: later(-60) }, "first_seen"],
    ["a local time", { first_seen: "2026-01-31 12:00" }, "first_seen"],
    ["no text", { sql: undefined }, "sql"],
    ["a NUL in its text", { sql: "SELECT '\0'" }, "sql"],
    [
      "half of a character in a sample",
      { parameter_samples: [["\ud800"]] },
      "parameter_samples[0][0]",
    ],
    ["a list as a parameter", { parameter_samples: [[[1]]] }, "parameter_samples[0][0]"],
    ["no object", null, ""],
  ])("a row with %s is left out and told; the others are observed", async (_, change, field) => {
    const row = change === null ? null : { ...goodPattern("bad"), ...change };
    faulty.misbehave("workload", rows(good, row, goodPattern("other")));
    const found = await within(faulty.product).getWorkload(new Date());
    expect(found.patterns.map(({ fingerprint }) => fingerprint)).toEqual(["good", "other"]);
    const fault = found.left_out?.fault;
    expect(fault?.code).toBe("rows_left_out");
    expect(fault?.field).toBe(`patterns[1]${field === "" ? "" : `.${field}`}`);
    expect(fault?.message).toContain("1 of 3 rows are left out");
    expect(fault?.message).not.toContain(String(Number.MAX_SAFE_INTEGER));
  });

  test("ten thousand bad rows make one short sentence, and their calls are counted", async () => {
    const bad = Array.from({ length: 10_000 }, (_, index) => ({
      ...goodPattern(`bad-${index}`),
      kind: "x".repeat(100),
    }));
    faulty.misbehave("workload", rows(good, ...bad));
    const { patterns, left_out } = await faulty.product.getWorkload(new Date());
    expect(patterns).toHaveLength(1);
    expect(left_out?.calls).toBe(50_000);
    expect(left_out?.fault.message).toContain("10000 of 10001 rows are left out");
    expect(JSON.stringify(left_out).length).toBeLessThan(1500);
  });
});
