import { describe, expect, it } from "vitest";
import type { Change } from "@/server/contracts";
import type { PairedSamples, Replay } from "../replay";
import { query } from "../testing/candidates";
import { buildEvidence, evidenceOfSome } from "./evidence";
import type { Proof } from "./open-proof";
import { composeGains } from "./set-member";

/** Queries of 50 ms, called as often. */
function replay(fingerprint: string): Replay {
  return {
    query: query(fingerprint, `SELECT ${fingerprint}`, []),
    ...{ sets: [[]], texts: [""], baselineMs: 50, baselineRowsScanned: 1 },
    ...{ baselineSums: [], isOrderBound: false },
  };
}

const [first, second] = [replay("first"), replay("second")];

/** What the evidence reads of a proof. */
const proof = {
  input: {
    schema: { duckdb_version: "1.5.6", data_version: "d", schema_fingerprint: "s" },
    seed: 1,
    weights: { storage: 0, write: 0 },
  },
  ...{ threads: 1, tables: [], baselineBytes: 1 },
  ...{ replays: [first, second], notReplayed: [], untouched: [] },
} as unknown as Proof;

const change: Change = { kind: "add_index", table: "projects", column: "status" };
const subject = {
  ...{ file: "", buildMs: 0, bytes: 1, changes: [change] },
  targeted: new Set(["first", "second"]),
};

function pairs(of: Replay, before: number, after: number): PairedSamples {
  const [many, fewer] = [Array<number>(9).fill(before), Array<number>(9).fill(after)];
  const texts = { textsBefore: [""], textsAfter: [""] };
  return { replay: of, isRelated: true, ...texts, before: many, after: fewer };
}

function measured(samples: PairedSamples[], left = new Map<string, number>()) {
  const check = { difference: null, failure: null, differing: new Set<Replay>() };
  return { samples, scanned: new Map(), check, inserts: [], durationMs: 1, left };
}

describe("evidence of a step", () => {
  it("weighs queries that were not replayed by what the set before left of them", () => {
    const alone = buildEvidence(proof, subject, measured([pairs(first, 50, 2.5)]));
    const step = buildEvidence(
      proof,
      subject,
      measured([pairs(second, 50, 25)], new Map([["first", 0.05]])),
    );
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
  const build = (untouched: (typeof unseen)[]) =>
    buildEvidence({ ...proof, untouched }, subject, measured([pairs(first, 50, 25)])).workload;

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
    const all = buildEvidence(
      proof,
      subject,
      measured([pairs(first, 50, 5), pairs(second, 50, 49)]),
    );
    expect(all.workload.gain.value).toBeCloseTo(0.46);
    const some = evidenceOfSome(proof, all, new Set(["first"]), []);
    expect(some.queries.map((one) => one.fingerprint)).toEqual(["first"]);
    expect(some.workload.gain.value).toBeCloseTo(0.45);
    expect(some.net_gain).toBeCloseTo(0.45);
  });
});
