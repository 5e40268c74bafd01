import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SetTrial } from "@/server/contracts";
import { markTrials } from "../search/conclude";
import { composeGains, netGain } from ".";

function trial(id: string, gain: number, storage: number, inserts: number | null): SetTrial {
  return {
    candidate_ids: [id],
    gain: { value: gain, low: gain, high: gain },
    storage_overhead: storage,
    insert_ratio: inserts,
    net_gain: gain,
    is_pareto: false,
    is_chosen: false,
  };
}

describe("the Pareto front", () => {
  it("leaves out what another set beats, and keeps equals", () => {
    const marked = markTrials(
      [
        trial("fast and large", 0.9, 0.5, 2),
        trial("small", 0.5, 0, 1),
        trial("beaten", 0.4, 0.1, 1),
        trial("equal to small", 0.5, 0, null),
      ],
      ["small"],
    );
    expect(marked.map((one) => one.is_pareto)).toEqual([true, true, false, true]);
    expect(marked.map((one) => one.is_chosen)).toEqual([false, true, false, false]);
  });
  it("always holds the set of most gain", () => {
    const some = fc.array(
      fc.tuple(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(some, (pairs) => {
        const marked = markTrials(
          pairs.map(([gain, storage], at) => trial(String(at), gain, storage, 1)),
          [],
        );
        const most = Math.max(...marked.map((one) => one.gain.value));
        expect(marked.some((one) => one.is_pareto && one.gain.value === most)).toBe(true);
      }),
    );
  });
});

describe("gains of two steps", () => {
  it("multiply what is left of the time, and intervals grow", () => {
    const half = { value: 0.5, low: 0.4, high: 0.6 };
    const both = composeGains(half, half);
    expect(both.value).toBeCloseTo(0.75);
    expect(both.low).toBeLessThan(0.7);
    expect(both.high).toBeGreaterThan(0.8);
    const alone = composeGains(half, { value: 0, low: 0, high: 0 });
    for (const end of ["value", "low", "high"] as const) expect(alone[end]).toBeCloseTo(half[end]);
  });
});

describe("the net gain", () => {
  const cost = { rows: 1000, baseline_ms: 1, candidate_ms: 2, ratio: 2 };
  it("is the gain where nothing is inserted and nothing stored", () => {
    const costs = { storage: 0.02, write: 1, readShare: 1 };
    expect(netGain(0.4, 0, [{ cost, timeShare: 0 }], costs)).toBeCloseTo(0.4);
  });
  it("pays for slower inserts by their share of the time, and for storage by its weight", () => {
    const costs = { storage: 0.1, write: 1, readShare: 0.7 };
    const net = netGain(0.4, 0.5, [{ cost, timeShare: 0.3 }], costs);
    expect(net).toBeCloseTo(0.7 * 0.4 - 0.3 - 0.05);
  });
  it("costs nothing for a table whose inserts are as fast as before", () => {
    const costs = { storage: 0, write: 1, readShare: 0.7 };
    const same = { ...cost, ratio: 1 };
    expect(netGain(0.4, 0, [{ cost: same, timeShare: 0.3 }], costs)).toBe(
      netGain(0.4, 0, [], costs),
    );
  });
});
