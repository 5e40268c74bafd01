import { expect, test } from "vitest";
import type { SetTrial } from "@/server/contracts";
import { placeSets } from "./place-sets";

const trial = (change: Partial<SetTrial>): SetTrial => ({
  candidate_ids: ["add_index:t:a"],
  gain: { value: 0.5, low: 0.25, high: 0.625 },
  storage_overhead: 0,
  insert_ratio: 1,
  net_gain: 0.5,
  is_pareto: false,
  is_chosen: false,
  ...change,
});

test("sets are points of gain over storage, each in one group", () => {
  const placed = placeSets([
    trial({ is_chosen: true, is_pareto: true }),
    trial({ is_pareto: true, storage_overhead: 0.25 }),
    trial({ storage_overhead: 0.5 }),
  ]);
  expect(placed.chosen).toEqual([{ cost: 0, gain: 50, reach: [25, 12.5] }]);
  expect(placed.pareto.map(({ cost }) => cost)).toEqual([25]);
  expect(placed.others.map(({ cost }) => cost)).toEqual([50]);
  expect(placed.costName).toBe("added storage");
});

test("sets of equal storage are told apart by inserts, where all were measured", () => {
  const sets = [trial({ insert_ratio: 1.5 }), trial({ insert_ratio: 3 })];
  expect(placeSets(sets).others.map(({ cost }) => cost)).toEqual([50, 200]);
  const unmeasured = placeSets([...sets, trial({ insert_ratio: null })]);
  expect(unmeasured.costName).toBe("added storage");
});
