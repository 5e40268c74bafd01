import { expect, test } from "vitest";
import { describeDataset } from "./describe-dataset";

test("counts and families stand beside each other by split", () => {
  const counts = { train: 900, validation: 50, test: 51 };
  const families = { train: 54, validation: 3, test: 2 };
  const readme = { tasks: [{ group: "schema", task: "prior", counts, families, labels: {} }] };
  expect(describeDataset(JSON.stringify(readme))).toContain(
    "| schema | prior | 900 (54) | 50 (3) | 51 (2) |",
  );
});
