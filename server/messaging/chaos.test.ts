import { expect, test } from "vitest";
import { runMessageChaos } from "./testing/chaos";

test("messages survive faults of the broker and killed processes: each handled once, in order, none lost", async () => {
  const report = await runMessageChaos({
    ...{ messages: 300, seed: 7, blows: 5, receiptMs: 1500, secondsMax: 100 },
  });
  expect(Object.entries(report.checks).filter(([, holds]) => !holds)).toEqual([]);
  expect(report.counts).toMatchObject({ handled: 300, dead: 0, lost: 0, "handled twice": 0 });
  // The last ones may come too late for what is quick.
  expect(Object.values(report.blows).reduce((sum, count) => sum + count)).toBeGreaterThan(2);
}, 120_000);
