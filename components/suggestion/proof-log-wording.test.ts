import { expect, test } from "vitest";
import { makeVerdict } from "@/server/contracts";
import { describeProofEvent } from "./proof-log-wording";

const titleOf = (id: string) => (id === "a" ? "Add index on `t.a`" : id);
const gain = { value: 0.4, low: 0.35, high: 0.45 };

test("names candidates by title, or by id where the suggestion does not know them", () => {
  const text = describeProofEvent(
    {
      kind: "advice_published",
      at_ms: 1,
      candidate_ids: ["a", "b"],
      is_complete: true,
      note: null,
    },
    titleOf,
  );
  expect(text).toBe("Published: “Add index on `t.a`”, “b”.");
});

test("shows a measured gain with its interval", () => {
  const event = { kind: "candidate_measured", at_ms: 1, candidate_id: "a", title: "A" } as const;
  expect(describeProofEvent({ ...event, gain, build_ms: 12, duration_ms: 30 }, titleOf)).toContain(
    "40% [35%, 45%]",
  );
});

test("gives the reason of a rejection, and says what a combination lacks", () => {
  const verdict = makeVerdict("slower", "It is 3% slower.");
  expect(
    describeProofEvent(
      { kind: "candidate_rejected", at_ms: 1, candidate_id: "a", title: "A", verdict },
      titleOf,
    ),
  ).toBe("Rejected: A. It is 3% slower.");
  const set = { kind: "set_tried" as const, at_ms: 1, candidate_ids: ["a"], gain: null };
  expect(
    describeProofEvent(
      { ...set, added: ["a"], removed: ["b"], outcome: "rejected", reason: "No gain." },
      titleOf,
    ),
  ).toBe("Combination with “Add index on `t.a`”, without “b”: not better. No gain.");
});
