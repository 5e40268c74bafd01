import { describe, expect, test } from "vitest";
import type { PatternDrift } from "@/server/contracts";
import { type CallHistory, judgeDrift, DRIFT_WINDOW_MS as WINDOW } from "./drift";

const START = Date.UTC(2026, 0, 1);
const at = (windows: number) => START + windows * WINDOW;

/** Known from the start, ten windows long, the last of them with `recent` of all `calls`. */
function historyOf(calls: number, recent: number, change: Partial<CallHistory> = {}): CallHistory {
  return {
    firstSeen: at(0),
    calls,
    recent: { calls: recent, since: at(9), until: at(10) },
    observedSince: at(0),
    observedUntil: at(10),
    ...change,
  };
}

describe("judgeDrift", () => {
  test.each<[string, number, number, PatternDrift]>([
    ["the same rate", 1000, 100, "steady"],
    ["twice the rate", 1100, 200, "growing"],
    ["less than half the rate", 940, 40, "fading"],
    ["a third less", 967, 67, "steady"],
    ["a third more", 1033, 133, "steady"],
    ["noise of a rare shape", 99, 18, "steady"],
    ["none any more", 90, 0, "fading"],
    ["one in a while", 9, 1, "settling"],
    ["a rare shape that is called often now", 49, 40, "growing"],
    ["nine calls of a shape called once before", 10, 9, "settling"],
  ])("%s (%i calls, %i of them recent): %s", (_, calls, recent, drift) => {
    expect(judgeDrift(historyOf(calls, recent))).toBe(drift);
  });

  test("a shape is new for two windows, unless everything is", () => {
    const young = (observedSince: number, age: number) =>
      judgeDrift(historyOf(50, 50, { firstSeen: at(10 - age), observedSince }));
    expect(young(at(0), 0.1)).toBe("new");
    expect(young(at(0), 1.9)).toBe("new");
    expect(young(at(8.5), 1.4)).toBe("settling");
    expect(young(at(7), 2)).not.toBe("new");
  });

  test("a shape that is not called any more fades within a window of silence, for good", () => {
    const silentFor = (windows: number) =>
      judgeDrift(historyOf(1000, 100, { observedUntil: at(10 + windows) }));
    expect(silentFor(0.1)).toBe("steady");
    expect(silentFor(1)).toBe("fading");
    expect(silentFor(500)).toBe("fading");
  });

  test("a product that nobody could look at does not make its shapes fade", () => {
    expect(judgeDrift(historyOf(1000, 100, { observedUntil: at(10) }))).toBe("steady");
  });

  test("a product that forgot its calls at a restart is judged on the time since", () => {
    const restarted = (minutes: number, calls: number) => {
      const since = at(10) - minutes * 60_000;
      return judgeDrift(historyOf(1000, 0, { recent: { calls, since, until: at(10) } }));
    };
    expect(restarted(2, 13)).toBe("steady");
    expect(restarted(1, 0)).toBe("settling");
  });

  test("of steady shapes of every rate at most one look in a thousand is called drift", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const poisson = (mean: number): number => {
      let calls = -1;
      for (let time = 0; time < mean; calls++) time += -Math.log(random());
      return calls;
    };
    let looks = 0;
    let drifted = 0;
    for (const mean of [1, 5, 12, 40, 150]) {
      for (let trial = 0; trial < 2000; trial++, looks++) {
        const recent = poisson(mean);
        const drift = judgeDrift(historyOf(recent + poisson(mean * 9), recent));
        if (drift === "growing" || drift === "fading") drifted++;
      }
    }
    expect(drifted / looks).toBeLessThan(0.001);
  });
});
