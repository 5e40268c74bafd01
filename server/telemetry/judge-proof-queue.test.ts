import { expect, test } from "vitest";
import { judgeProofQueue } from "./judge-proof-queue";

const at = new Date("2026-01-01T10:00:00Z");
const judge = (waiting: number, running = 1, provers = 1) =>
  judgeProofQueue({
    load: {
      proofsWaiting: waiting,
      proofsRunning: running,
      oldestProofAt: waiting === 0 ? null : at,
    },
    provers,
    proofSecondsMax: 60,
    waitSecondsMax: 600,
  });

test("an empty queue is in order, whatever runs", () => {
  expect(judge(0)).toEqual({ status: "ok", detail: "No proof waits." });
});

test("a short queue says how many wait, since when, and about how long", () => {
  expect(judge(1)).toEqual({
    status: "ok",
    detail:
      "1 proof waits, the oldest since 2026-01-01T10:00:00.000Z. A new one would wait about 2 min " +
      "(estimate: 2 before it, 60 s each, 1 prover).",
  });
});

test("a long queue degrades, and more provers shorten it", () => {
  expect(judge(9).status).toBe("ok");
  expect(judge(10).status).toBe("degraded");
  expect(judge(10).detail).toContain("10 proofs wait");
  expect(judge(10, 1, 2)).toMatchObject({
    status: "ok",
    detail: expect.stringMatching(/about 6 min/),
  });
});

test("without a prover no wait is promised", () => {
  expect(judge(1, 0, 0)).toEqual({
    status: "degraded",
    detail: "1 proof waits, the oldest since 2026-01-01T10:00:00.000Z. No prover takes any.",
  });
});
