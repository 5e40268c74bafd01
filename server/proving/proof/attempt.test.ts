import { expect, it } from "vitest";
import { AppError } from "@/server/platform";
import { attempt } from "./attempt";

const proof = (signal: AbortSignal) => ({ input: { signal } });
const running = proof(new AbortController().signal);

it("answers a step's result", async () => {
  expect(await attempt(running, () => Promise.resolve(7))).toEqual({ result: 7 });
});

it("tells the end of time from a refusal", async () => {
  const late = () => Promise.reject(new AppError("timeout", "late"));
  const refused = () => Promise.reject(new Error("refused"));
  expect(await attempt(running, late)).toEqual({ isLate: true, why: "late" });
  expect(await attempt(running, refused)).toEqual({ isLate: false, why: "refused" });
});

it("passes on an abort, whatever the step failed of", async () => {
  const stopped = proof(AbortSignal.abort(new Error("stopped")));
  await expect(attempt(stopped, () => Promise.reject(new Error("x")))).rejects.toThrow("stopped");
});
