import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChangeKind } from "@/server/contracts";
import { keyOf, learnThresholds, type Outcome } from "./learn-thresholds";

const DAY_MS = 86_400_000;
/** `+` was confirmed, `-` was rolled back or regressed: one a day. */
const outcomes = (signs: string, kinds: ChangeKind[] = ["cluster_table"]): Outcome[] =>
  [...signs].map((sign, day) => ({
    ...{ productId: "spawn", kinds, suggestion_id: `sugg-${day}`, is_bad: sign === "-" },
    at: new Date(day * DAY_MS).toISOString(),
  }));
const factorOf = (signs: string, undoneAfter?: number) =>
  learnThresholds(
    outcomes(signs),
    undoneAfter === undefined
      ? new Map()
      : new Map([[keyOf("spawn", "cluster_table"), new Date(undoneAfter * DAY_MS)]]),
  )[0]?.factor;

test.each([
  ["-", 1],
  ["--", 1.5],
  ["+--", 1.5],
  ["---", 1.75],
  ["--+", 1],
  ["---+", 1.5],
  ["--------", 2],
  ["++++", 1],
])("%s makes the required gain %d times the usual one", (signs, factor) => {
  expect(factorOf(signs)).toBe(factor);
});

test("what ended before an undo counts no more, what came after it does", () => {
  expect(factorOf("---", 2)).toBeUndefined();
  expect(factorOf("----", 2)).toBe(1);
  expect(factorOf("-----", 2)).toBe(1.5);
});

test("each kind of several counts once, on its own product", () => {
  const both = outcomes("--", ["add_index", "cluster_table", "add_index"]);
  const elsewhere = outcomes("-").map((one) => ({ ...one, productId: "other" }));
  const learned = learnThresholds([...both, ...elsewhere], new Map());
  expect(learned.map(({ productId, kind, factor }) => [productId, kind, factor])).toEqual([
    ["spawn", "add_index", 1.5],
    ["spawn", "cluster_table", 1.5],
    ["other", "cluster_table", 1],
  ]);
});

test("it never asks for less than usual, nor for more than twice as much, and one more rollback never for less", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("+", "-"), maxLength: 30 }), (signs) => {
      const factor = factorOf(signs) ?? 1;
      expect(factor).toBeGreaterThanOrEqual(1);
      expect(factor).toBeLessThanOrEqual(2);
      expect(factorOf(`${signs}-`)).toBeGreaterThanOrEqual(factor);
    }),
  );
});
