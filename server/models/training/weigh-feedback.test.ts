import fc from "fast-check";
import { expect, test } from "vitest";
import { judgeByVotes, weightOf } from "./weigh-feedback";

const votes = fc.record({ useful: fc.nat(50), useless: fc.nat(50) });
const decision = fc.constantFrom("approved" as const, "rejected" as const, null);
const opposite = { approved: "rejected", rejected: "approved" } as const;

test("feedback doubles or halves what a measurement counts, and an execution counts three proofs", () => {
  fc.assert(
    fc.property(votes, fc.boolean(), (said, isLive) => {
      const weight = weightOf({ isLive, votes: said });
      const base = isLive ? 3 : 1;
      expect(weight).toBeGreaterThanOrEqual(base / 2);
      expect(weight).toBeLessThanOrEqual(base * 2);
      const better = weightOf({ isLive, votes: { ...said, useful: said.useful + 1 } });
      expect(better).toBeGreaterThanOrEqual(weight);
    }),
  );
  const weigh = (useful: number, useless: number) =>
    weightOf({ isLive: false, votes: { useful, useless } });
  expect([weigh(0, 0), weigh(3, 0), weigh(0, 2), weigh(1, 1)]).toEqual([1, 2, 0.5, 1]);
});

test("people's word is symmetric, never certain, and says nothing where it is even", () => {
  fc.assert(
    fc.property(decision, votes, (decided, said) => {
      const judged = judgeByVotes(decided, said);
      const mirrored = judgeByVotes(decided && opposite[decided], {
        useful: said.useless,
        useless: said.useful,
      });
      expect(mirrored?.pays).toBe(judged === null ? undefined : !judged.pays);
      expect(mirrored?.chance).toBe(judged?.chance);
      if (judged === null) return;
      expect(judged.chance).toBeGreaterThan(0.5);
      expect(judged.chance).toBeLessThan(1);
    }),
  );
});

test("a score against a decision weakens it; two overturn none, three do", () => {
  const chance = (useless: number) => judgeByVotes("approved", { useful: 0, useless });
  expect(chance(0)).toEqual({ pays: true, chance: 0.75 });
  expect(chance(1)).toEqual({ pays: true, chance: 0.6 });
  expect(chance(2)).toBeNull();
  expect(chance(3)).toMatchObject({ pays: false });
});
