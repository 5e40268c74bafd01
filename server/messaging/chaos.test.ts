import { expect, test } from "vitest";
import { runMessageChaos } from "./testing/chaos";

test("messages survive faults of the broker and killed processes: each handled once, in order, none lost", async () => {
  const report = await runMessageChaos({
    ...{ messages: 300, seed: 7, blowsMax: 5, blowMs: 500, receiptMs: 1500, secondsMax: 100 },
  });
  expect(report).toMatchObject({
    isWhole: true,
    counts: { handled: 300, dead: 0, lost: 0, "handled twice": 0 },
  });
}, 120_000);
