import { describe, expect, it } from "vitest";
import { accuracy, areaUnderCurve, calibrationError } from "./evaluate";
import { growForest } from "./forest";

describe("the forest", () => {
  const rows = Array.from({ length: 400 }, (_, at) => [at % 20, (at * 7) % 13, at % 2]);
  const classes = rows.map(([x = 0, , coin = 0]) => (x < 10 ? 1 : coin === 1 ? 8 : 7));

  it("finds the rule behind examples, and its distributions sum to 1", () => {
    const forest = growForest(rows, classes, 1);
    const shares = forest.predict([15, 3, 1]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(shares[8]).toBeGreaterThan(0.6);
    expect(forest.predict([2, 3, 1])[1]).toBeGreaterThan(0.9);
  });

  it("keeps the spread of what features do not explain", () => {
    const blind = rows.map(([x = 0, y = 0]) => [x, y, 0]);
    const shares = growForest(blind, classes, 1).predict([15, 3, 0]);
    expect((shares[7] ?? 0) + (shares[8] ?? 0)).toBeGreaterThan(0.9);
  });

  it("grows the same for the same seed", () => {
    const [one, two] = [growForest(rows, classes, 5), growForest(rows, classes, 5)];
    expect(one.predict([9, 9, 1])).toEqual(two.predict([9, 9, 1]));
  });
});

describe("measures of forecasts", () => {
  const forecasts = [
    { chance: 0.9, isTrue: true },
    { chance: 0.6, isTrue: false },
    { chance: 0.4, isTrue: true },
    { chance: 0.1, isTrue: false },
  ];

  it("agree with counting by hand", () => {
    expect(areaUnderCurve(forecasts)).toBeCloseTo(0.75);
    expect(accuracy(forecasts)).toBe(0.5);
    expect(calibrationError(forecasts)).toBeCloseTo((0.1 + 0.6 + 0.6 + 0.1) / 4);
  });

  it("counts ties as half", () => {
    const tied = forecasts.map((one) => ({ ...one, chance: 0.5 }));
    expect(areaUnderCurve(tied)).toBeCloseTo(0.5);
  });
});
