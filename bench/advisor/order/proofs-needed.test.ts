import { expect, test } from "vitest";
import { proofsNeeded } from "./proofs-needed";

const GAINS = new Map([
  ["order", 0.5],
  ["index", 0.2],
  ["type", 0.01],
]);

test("an order needs as many proofs as stand before it has nearly all of the gain", () => {
  expect(proofsNeeded(["order", "index", "type", "useless"], GAINS)).toBe(2);
  expect(proofsNeeded(["useless", "type", "index", "order"], GAINS)).toBe(4);
});

test("what is never measured, or gains nothing, needs no number", () => {
  expect(proofsNeeded(["type", "index"], GAINS)).toBeNull();
  expect(proofsNeeded(["order"], new Map())).toBeNull();
});
