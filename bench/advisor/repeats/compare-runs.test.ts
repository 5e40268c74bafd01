import { describe, expect, it } from "vitest";
import { type Interval, makeVerdict, type VerdictCode } from "@/server/contracts";
import type { Advice } from "../advise";
import { compareRuns } from "./compare-runs";
import { describeTurns } from "./describe-turns";
import { renderRepeats } from "./render-repeats";

/** A run that accepted `ids`, each with one targeted query of that gain; the rest was not tried. */
function advice(ids: string[], gain: Interval, notTried: string[] = []): Advice {
  const proved = (id: string, code: VerdictCode) => ({
    candidate: { candidate_id: id, change: { kind: "add_index" } },
    verdict: makeVerdict(code, "Made by a test."),
    evidence:
      code === "passed"
        ? { basis: "measured", queries: [{ fingerprint: "f", is_targeted: true, gain }] }
        : null,
  });
  const proof = {
    accepted: ids.map((id) => proved(id, "passed")),
    alternatives: notTried.map((id) => proved(id, "not_reached")),
  };
  // Only what is compared is filled in.
  return { proof, elapsedMs: 2000 } as unknown as Advice;
}

const half = { value: 0.5, low: 0.5, high: 0.5 };

describe("repeated runs", () => {
  it("are the same advice when they accept the same, in whatever order", () => {
    const runs = compareRuns([advice(["a", "b"], half), advice(["b", "a"], half)]);
    expect(runs).toMatchObject({ different_sets: 1, same: 2, undecided: {}, replication_sd: 0 });
  });
  it("are not the same when a summary answers other queries", () => {
    const summary = (fingerprint: string) => {
      const one = advice(["s"], half);
      const change = { kind: "materialize_summary", rewrites: [{ fingerprint }] };
      Object.assign(one.proof.accepted[0]?.candidate ?? {}, { change });
      return one;
    };
    const runs = compareRuns([summary("f"), summary("f"), summary("g")]);
    expect(runs).toMatchObject({ same: 2, undecided: { "s=f": 2, "s=g": 1 } });
  });
  it("name what noise or time decided", () => {
    const all = [advice(["a", "b"], half), advice(["a"], half, ["b"]), advice(["a"], half, ["b"])];
    const runs = compareRuns(all);
    expect(runs).toMatchObject({ different_sets: 2, same: 2, undecided: { b: 1 } });
    expect(runs.not_tried_max).toBe(1);
    const row = renderRepeats([{ workload: "orders", rows: 1000, ...runs }]).split("\n")[2];
    expect(row).toBe("| orders | 1,000 | 3 | 2 of 3 | b (1) | 2 s |");
  });
  it("differ by as much as their gains, less what each knows to be noise", () => {
    const gains = [0.5, 0.6].map((value) => ({ value, low: value, high: value }));
    const sd = Math.log(0.5 / 0.4) / Math.SQRT2;
    expect(compareRuns(gains.map((gain) => advice(["a"], gain))).replication_sd).toBeCloseTo(sd);
    const wide = [0.5, 0.52].map((value) => ({ value, low: value - 0.2, high: value + 0.2 }));
    expect(compareRuns(wide.map((gain) => advice(["a"], gain))).replication_sd).toBe(0);
  });
  it("say why one gave other advice than the one before", () => {
    const [both, one] = [advice(["a", "b"], half), advice(["a"], half, ["b"])];
    expect(describeTurns(both, one)).toEqual(["b: passed, then not_reached: Made by a test."]);
    expect(describeTurns(one, both)).toEqual(["b: not_reached, then passed: Made by a test."]);
    expect(describeTurns(one, one)).toEqual([]);
    expect(describeTurns(undefined, one)).toEqual([]);
  });
});
