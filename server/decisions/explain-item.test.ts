import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Change, ProvedCandidate, QueryEvidence } from "@/server/contracts";
import { formatMs, formatPercent } from "@/server/format";
import { explainItem, fillSlots } from "./explain-item";
import { evidenceOf, queryEvidenceOf } from "./testing/evidence";
import { candidateOf } from "./testing/fixtures";

const PLAN = {
  ...{ statements: [], revert_statements: [], cleanup_statements: [] },
  is_reversible: true,
};
const INDEX: Change = { kind: "add_index", table: "orders2", column: "order_ref" };
const REWRITE = { fingerprint: "f", sql: "SELECT 1" };
const CHANGES: Change[] = [
  INDEX,
  { kind: "drop_index", table: "orders2", index: "i9" },
  { kind: "cluster_table", table: "orders2", keys: ["day", "region"] },
  { kind: "cluster_table", table: "orders2", keys: ["x", "y"], curve: "morton" },
  { kind: "change_type", table: "t", column: "c1", from: "VARCHAR", to: { name: "UUID" } },
  { kind: "change_type", table: "t", column: "c1", from: "BIGINT", to: { name: "TINYINT" } },
  { kind: "add_constraint", table: "t", constraint: "PRIMARY KEY", columns: ["id"] },
  {
    ...{ kind: "materialize_summary", table: "t", name: "s", keys: [], rewrites: [REWRITE] },
    measures: [{ name: "n", aggregate: "count", column: null }],
  },
  { kind: "rewrite_query", table: "t", rule: "top_n", rewrites: [REWRITE] },
];

function proved(
  change: Change,
  evidence: ProvedCandidate["evidence"],
  isAccepted = true,
): ProvedCandidate {
  const verdict = {
    code: "passed" as const,
    basis: "measured" as const,
    is_accepted: isAccepted,
    reason: "",
  };
  return { candidate: candidateOf(change, PLAN), verdict, evidence };
}

const LOOKUP = { sql: "SELECT * FROM orders2 WHERE order_ref = ?" };

describe("explaining an accepted change", () => {
  it("says what it does, what the query takes now and what it costs", () => {
    const query = queryEvidenceOf("a", 0.95, LOOKUP);
    const storage = { baseline_bytes: 100, candidate_bytes: 115, overhead: 0.15 };
    expect(explainItem(proved(INDEX, evidenceOf([query], { storage })))).toEqual({
      text: "An index on order_ref finds the few matching rows directly. The query that gains most, a lookup, takes 5 ms instead of 100 ms (95% less). Inserts take 1.2× as long. Storage grows by 15%.",
      by: "rules",
      model: null,
    });
  });

  it("speaks of the query that saves most time in all its calls", () => {
    const rare = queryEvidenceOf("rare", 0.9, { calls: 1 });
    const frequent = queryEvidenceOf("frequent", 0.4, { calls: 500 });
    const other = queryEvidenceOf("other", 0.99, { calls: 9000, is_targeted: false });
    const explained = explainItem(proved(INDEX, evidenceOf([rare, frequent, other])));
    expect(explained?.text).toContain("(40% less)");
  });

  it("mentions no cost below a tenth", () => {
    const query = queryEvidenceOf("a", 0.5);
    const explained = explainItem(proved(INDEX, evidenceOf([query], { insert_cost: null })));
    expect(explained?.text).not.toMatch(/Inserts|Storage/);
  });

  it("says nothing that the evidence does not bear out", () => {
    const slower = queryEvidenceOf("a", -0.3);
    const noise = queryEvidenceOf("b", 0.01);
    const untargeted = queryEvidenceOf("c", 0.8, { is_targeted: false });
    expect(explainItem(proved(INDEX, evidenceOf([slower, noise, untargeted])))).toBeNull();
    expect(explainItem(proved(INDEX, evidenceOf([queryEvidenceOf("a", 0.8)]), false))).toBeNull();
    expect(explainItem(proved(INDEX, null))).toBeNull();
  });
});

const queries = fc.array(
  fc
    .record({
      gain: fc.double({ min: -2, max: 0.99, noNaN: true }),
      calls: fc.integer({ min: 1, max: 10_000 }),
      isTargeted: fc.boolean(),
      sql: fc.constantFrom("SELECT 1", "SELECT a FROM t WHERE b > 3", "SELECT 1 FROM a JOIN b"),
    })
    .map(
      ({ gain, calls, sql, isTargeted }): QueryEvidence =>
        queryEvidenceOf("q", gain, { calls, sql, is_targeted: isTargeted }),
    ),
  { minLength: 1, maxLength: 5 },
);

it("never rounds a gain to nothing or to all", () => {
  const textOf = (gain: number) =>
    explainItem(proved(INDEX, evidenceOf([queryEvidenceOf("a", gain)])))?.text;
  expect(textOf(0.9996)).toContain("(99.9% less)");
  expect(textOf(0.024)).toContain("(2.4% less)");
});

it("holds only figures of the evidence, whatever was measured of whichever change", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CHANGES), queries, (change, measured) => {
      const evidence = evidenceOf(measured, {
        storage: { baseline_bytes: 100, candidate_bytes: 137, overhead: 0.37 },
      });
      const { text } = explainItem(proved(change, evidence)) ?? { text: "" };
      if (text === "") return;
      const gained = measured.filter((one) => one.is_targeted && one.gain.low > 0);
      expect(gained.some((one) => text.includes(`(${formatPercent(one.gain.value)} less)`))).toBe(
        true,
      );
      const names = /order_ref|orders2|i9|c1/g;
      const numbers = text.replace(names, "").match(/\d[\d.,]*/g) ?? [];
      const known = gained.flatMap(({ gain, baseline, candidate }) => [
        formatPercent(gain.value).replace("%", ""),
        ...[baseline.median_ms, candidate.median_ms].map((ms) => formatMs(ms).replace(/ m?s$/, "")),
      ]);
      for (const number of numbers) expect([...known, "37", "1.2"]).toContain(number);
    }),
  );
});

describe("a text whose figures are slots", () => {
  const figures = { gain: "95%", before: "12.8 ms", after: "0.7 ms" };
  it("gets every figure from the evidence", () => {
    expect(fillSlots("<before> become <after>: <gain> less.", figures)).toBe(
      "12.8 ms become 0.7 ms: 95% less.",
    );
  });
  it("is refused with a figure of its own, however small", () => {
    expect(fillSlots("It saves 99% of <before>.", figures)).toBeNull();
    expect(fillSlots("<gain> less on 2 tables", figures)).toBeNull();
  });
  it("is refused with a slot that nothing was measured for", () => {
    expect(fillSlots("<gain> less, <inserts> slower inserts", figures)).toBeNull();
    expect(fillSlots("<secret>", figures)).toBeNull();
    expect(fillSlots("<constructor>", figures)).toBeNull();
  });
});
