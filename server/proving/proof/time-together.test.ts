import { describe, expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import type { ProofClock } from "./clock";
import { measureUntil } from "./measure-until";
import type { Proof } from "./open-proof";
import type { ChosenSet, SetMember } from "./set-member";
import { timeTogether } from "./time-together";
import { type Step, trySet } from "./try-set";

/** 12 pairs of 100 and 50 ms for each query, two seconds for all else, and 500 ms to build. */
function member(table: string, fingerprints: string[]): SetMember {
  const queries = fingerprints.map((one) => queryEvidenceOf(one, 0.5));
  const pairsMs = queries
    .flatMap(({ baseline, candidate }) => [...baseline.samples_ms, ...candidate.samples_ms])
    .reduce((sum, one) => sum + one, 0);
  const evidence = evidenceOf(queries, { duration_ms: 2000 + pairsMs, build_ms: 500 });
  return { standing: "alone", candidate: { change: { table } }, evidence } as unknown as SetMember;
}

/** Five pairs of one query. */
const PAIRS_MS = 5 * (100 + 50);

describe("the time to measure changes together", () => {
  it("is five pairs of every query, and the rest once for every table", () => {
    const changes = [member("a", ["f", "g"]), member("a", ["g"]), member("b", ["h"])];
    expect(timeTogether(changes)).toBeCloseTo(3 * PAIRS_MS + 2 * 2000);
  });

  it("is none for a change that was measured alone", () => {
    expect(timeTogether([member("a", ["f"])])).toBe(0);
  });
});

function clock(elapsedMs: number, deadlineMs: number): ProofClock {
  return { elapsedMs: () => elapsedMs, endMs: 85_000, deadlineMs, lookEndMs: 85_000 };
}

describe("measuring candidates alone", () => {
  it("ends so that what passed can be measured beside one another, and together", () => {
    const [first, second] = [member("a", ["f", "h"]), member("b", ["g"])];
    const stepMs = second.evidence.duration_ms + 500;
    const untilMs = 60_000 - stepMs - (3 * PAIRS_MS + 2 * 2000);
    expect(measureUntil(clock(0, 60_000), [first, second])).toBeCloseTo(untilMs);
  });

  it("has half of the time at least, and all of it while one passed", () => {
    const passed = [member("a", ["f"]), member("b", ["g"])];
    expect(measureUntil(clock(0, 10_000), passed)).toBe(42_500);
    expect(measureUntil(clock(0, 60_000), passed.slice(0, 1))).toBe(85_000);
  });
});

it("begins no step after which there is no time to measure all changes together", async () => {
  const [first, second] = [member("a", ["f"]), member("b", ["g"])];
  const current = { members: [first] } as unknown as ChosenSet;
  const tryAt = (elapsedMs: number) => {
    const input = { signal: new AbortController().signal };
    const proof = { clock: clock(elapsedMs, 60_000), input } as unknown as Proof;
    const step: Step = { judged: [second], isReplacement: false, name: "set", span: [0, 1] };
    return trySet(proof, current, [first, second], step);
  };
  const neededMs = 2 * (PAIRS_MS + 2000) + second.evidence.duration_ms + 500;
  const late = await tryAt(60_000 - neededMs + 1);
  expect(late.verdict).toMatchObject({ code: "not_reached" });
  // In time it begins, and fails for want of a product.
  const inTime = await tryAt(60_000 - neededMs - 1);
  expect(inTime.verdict).toMatchObject({ code: "failed_in_set" });
});
