import { expect, test } from "vitest";
import { makeVerdict, type ProvedCandidate, type VerdictCode } from "@/server/contracts";
import { refuseUnmeasured } from "./run-proof";
import { indexOn } from "./testing/fixtures";

const proved = (code: VerdictCode): ProvedCandidate => ({
  candidate: indexOn("status"),
  verdict: makeVerdict(code, "Made by a test"),
  evidence: null,
});
const refuse = (codes: VerdictCode[], candidates = codes.length) =>
  refuseUnmeasured(
    { accepted: [], alternatives: codes.map(proved) },
    { candidates, secondsMax: 60 },
  );

test("a proof whose time ended before anything was measured is no proof", () => {
  expect(refuse(["not_reached", "not_reached"])).toMatchObject({
    code: "timeout",
    message: expect.stringMatching(/60 s .* any of 2 changes/),
  });
});

test("one verdict is enough, and so is nothing to try: what the rules left out needs no time", () => {
  expect(refuse(["not_reached", "gain_below_threshold"])).toBeNull();
  expect(refuse(["failed_to_apply"])).toBeNull();
  expect(refuse(["not_reached"], 0)).toBeNull();
  const accepted = [proved("passed")];
  const input = { candidates: 1, secondsMax: 60 };
  expect(refuseUnmeasured({ accepted, alternatives: [] }, input)).toBeNull();
});
