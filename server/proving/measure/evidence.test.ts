import { describe, expect, it } from "vitest";
import type { WorkloadQuery } from "@/server/advisor";
import type { Change } from "@/server/contracts";
import { composeGains, evidenceOfSome } from "../gain";
import { query } from "../testing/candidates";
import { projectsSchema } from "../testing/product";
import { buildEvidence, type Measurements } from "./evidence";
import { workloadModel } from "./prepare-workload";
import type { PairedSamples, Replay } from "./replay";

/** Queries of 50 ms, called as often. */
function replay(fingerprint: string): Replay {
  return {
    query: query(fingerprint, `SELECT ${fingerprint} FROM projects`, []),
    ...{ sets: [[]], texts: [""], baselineMs: 50, baselineProfile: { rowsScanned: 7, plan: [] } },
    ...{ baselineSums: [], isOrderBound: false },
  };
}

const [first, second] = [replay("first"), replay("second")];
const COSTS = { storage: 0, write: 0, readShare: 1 };

/** What evidence says of the room it was measured in. */
function room(untouched: WorkloadQuery[] = []): Parameters<typeof buildEvidence>[0] {
  return {
    input: { schema: projectsSchema(1), seed: 1 },
    ...{ threads: 1, tables: [], baselineBytes: 100, costs: COSTS },
    workload: workloadModel(
      { replays: [first, second], writes: [], notReplayed: [] },
      untouched,
      1,
    ),
  };
}

const INDEX: Change = { kind: "add_index", table: "projects", column: "status" };
const variant = (changes: Change[] = [INDEX], bytes = 100) => {
  return { file: "", buildMs: 0, bytes, changes, targeted: new Set(["first"]) };
};

function pairs(of: Replay, beforeMs: number, afterMs: number, isRelated = true): PairedSamples {
  const before = Array<number>(9).fill(beforeMs);
  const after = Array<number>(9).fill(afterMs);
  return { replay: of, isRelated, textsBefore: [""], textsAfter: [""], before, after };
}

function measured(samples: PairedSamples[], changes: Partial<Measurements> = {}): Measurements {
  const check = { difference: null, failure: null, differing: new Set<Replay>() };
  const residual = new Map<string, number>();
  return { samples, profiles: new Map(), check, inserts: [], durationMs: 1, residual, ...changes };
}

describe("evidence of a step", () => {
  it("weighs queries that were not replayed by what the set before left of them", () => {
    const alone = buildEvidence(room(), variant(), measured([pairs(first, 50, 2.5)]));
    const residual = new Map([["first", 0.05]]);
    const step = buildEvidence(room(), variant(), measured([pairs(second, 50, 25)], { residual }));
    expect(alone.workload.gain.value).toBeCloseTo(0.475);
    // 25 of the 52.5 ms that are left, not of 100.
    expect(step.workload.gain.value).toBeCloseTo(25 / 52.5);
    const both = composeGains(alone.workload.gain, step.workload.gain);
    expect(both.value).toBeCloseTo(1 - 27.5 / 100);
  });
});

describe("evidence beside queries of other tables", () => {
  const unseen = query("unseen", "SELECT 1 FROM other", []);
  const untimed = { ...unseen, pattern: { ...unseen.pattern, median_ms: 0 } };
  const build = (untouched: WorkloadQuery[]) =>
    buildEvidence(room(untouched), variant(), measured([pairs(first, 50, 25)])).workload;

  it("says which of them it leaves out because no time of them is known", () => {
    const { patterns, gain, not_replayed } = build([untimed]);
    expect(patterns).toBe(2);
    expect(gain.value).toBeCloseTo(0.25);
    expect(not_replayed.map((one) => one.fingerprint)).toEqual(["unseen"]);
    expect(not_replayed[0]?.why).toContain("its time is not known");
  });

  it("counts those with a time", () => {
    const { patterns, gain, not_replayed } = build([unseen]);
    expect(patterns).toBe(3);
    expect(gain.value).toBeCloseTo(25 / 105);
    expect(not_replayed).toEqual([]);
  });
});

describe("evidence of a change that keeps some of its texts", () => {
  it("counts the others with their own time", () => {
    const samples = [pairs(first, 50, 5), pairs(second, 50, 49)];
    const all = buildEvidence(room(), variant(), measured(samples));
    expect(all.workload.gain.value).toBeCloseTo(0.46);
    const context = { workload: room().workload, costs: COSTS, inserts: [] };
    const some = evidenceOfSome(context, all, new Set(["first"]));
    expect(some.queries.map((one) => one.fingerprint)).toEqual(["first"]);
    expect(some.workload.gain.value).toBeCloseTo(0.45);
    expect(some.net_gain).toBeCloseTo(0.45);
  });
});

describe("evidence of a query that the change cannot be expected to touch", () => {
  it("shows its noise, and counts only what is surely changed", () => {
    const noise = { ...pairs(second, 50, 50, false), after: [49, 52, 48, 51, 50, 49, 53, 47, 50] };
    const noisy = buildEvidence(room(), variant(), measured([pairs(first, 50, 25), noise]));
    expect(noisy.queries.map((one) => one.fingerprint)).toEqual(["first", "second"]);
    expect(noisy.workload.gain.value).toBeCloseTo(0.25);
    const samples = [pairs(first, 50, 25), pairs(second, 50, 75, false)];
    const slower = buildEvidence(room(), variant(), measured(samples));
    expect(slower.workload.gain.value).toBeCloseTo(0);
  });
});

describe("evidence of a variant", () => {
  const build = (changes: Partial<Measurements>) =>
    buildEvidence(
      room(),
      variant(),
      measured([pairs(first, 50, 25), pairs(second, 50, 50)], changes),
    );

  it("marks the queries that the changes are meant for, and those whose results differ", () => {
    const check = { difference: null, failure: null, differing: new Set([second]) };
    const { queries, results_equal } = build({ check });
    expect(queries.map((one) => one.is_targeted)).toEqual([true, false]);
    expect(queries.map((one) => one.results_equal)).toEqual([true, false]);
    expect(results_equal).toBe(false);
    expect(build({}).results_equal).toBe(true);
  });

  it("takes rows scanned as before where the profile has none", () => {
    const { queries } = build({ profiles: new Map([[first, { rowsScanned: 1, plan: [] }]]) });
    expect(queries[0]?.rows_scanned).toEqual({ baseline: 7, candidate: 1 });
    expect(queries[1]?.rows_scanned).toEqual({ baseline: 7, candidate: 7 });
  });

  it("keeps both plans of a targeted query, and of no other that stays as it was", () => {
    const plan = [{ depth: 0, name: "Index scan", detail: "t, a=?", rows: 1, rows_scanned: 1 }];
    const profiles = new Map([first, second].map((one) => [one, { rowsScanned: 1, plan }]));
    const { queries } = build({ profiles });
    expect(queries.map((one) => one.plans)).toEqual([{ baseline: [], candidate: plan }, undefined]);
  });

  it("names the text that took a query's place", () => {
    const rewrites = [{ fingerprint: "second", sql: "SELECT 2" }];
    const rule = "sargable_predicate";
    const change: Change = { kind: "rewrite_query", table: "projects", rule, rewrites };
    const samples = [pairs(first, 50, 50), pairs(second, 50, 25)];
    const { queries } = buildEvidence(room(), variant([change]), measured(samples));
    expect(queries.map((one) => one.rewritten_sql)).toEqual([undefined, "SELECT 2"]);
  });

  it("pays for storage by its weight", () => {
    const costly = { ...room(), costs: { ...COSTS, storage: 0.1 } };
    const samples = [pairs(first, 50, 25)];
    const { storage, net_gain } = buildEvidence(costly, variant([INDEX], 150), measured(samples));
    expect(storage).toEqual({ baseline_bytes: 100, candidate_bytes: 150, overhead: 0.5 });
    expect(net_gain).toBeCloseTo(0.25 - 0.05);
  });
});
