import { expect, test } from "vitest";
import { calibrate } from "./loaded-model";

const CHOICES = { pays: { yes: 0.9, no: 0.1 } };

test("a temperature above one makes a model less sure, below one surer, in the same order", () => {
  const cooler = calibrate(CHOICES, "confidence", { "confidence.pays": 2 }).pays;
  expect(cooler?.yes).toBeCloseTo(0.75);
  expect((cooler?.yes ?? 0) + (cooler?.no ?? 0)).toBeCloseTo(1);
  expect(calibrate(CHOICES, "confidence", { "confidence.pays": 0.5 }).pays?.yes).toBeCloseTo(
    81 / 82,
  );
});

test("what has no temperature of its own stays as the model said it", () => {
  expect(calibrate(CHOICES, "prior", { "confidence.pays": 2 })).toEqual(CHOICES);
  expect(calibrate(CHOICES, undefined, {})).toEqual(CHOICES);
});
