import { expect, test, vi } from "vitest";
import { ERROR_CODES } from "@/server/contracts";
import { exitCodeOf, runCli } from "./run";

test("no error ends a command with success", () => {
  for (const code of ERROR_CODES) expect(exitCodeOf(code)).toBeGreaterThan(0);
});

test("a refusal, a missing thing and a lost race can be told apart by a script", () => {
  const codes = [exitCodeOf("forbidden"), exitCodeOf("not_found"), exitCodeOf("conflict")];
  expect(new Set(codes).size).toBe(3);
});

test("the help names every group of commands, and that of a group its commands", async () => {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const helpOf = async (...args: string[]) => {
      out.mockClear();
      expect(await runCli([...args, "--help"])).toBe(0);
      return out.mock.calls.map(([text]) => String(text)).join("");
    };
    const groups = [...(await helpOf()).matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
    const expected = ["users", "keys", "signing-keys", "products", "token", "suggestions"];
    expect(groups).toEqual(
      expect.arrayContaining([...expected, "operations", "jobs", "models", "db"]),
    );
    for (const name of expected) expect(await helpOf(name)).toMatch(/^Commands:\n {2}\S+/m);
  } finally {
    out.mockRestore();
  }
});
