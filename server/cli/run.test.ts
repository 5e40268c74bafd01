import { expect, test } from "vitest";
import { ERROR_CODES } from "@/server/contracts";
import { exitCodeOf } from "./run";

test("no error ends a command with success", () => {
  for (const code of ERROR_CODES) expect(exitCodeOf(code)).toBeGreaterThan(0);
});

test("a refusal, a missing thing and a lost race can be told apart by a script", () => {
  const codes = [exitCodeOf("forbidden"), exitCodeOf("not_found"), exitCodeOf("conflict")];
  expect(new Set(codes).size).toBe(3);
});
