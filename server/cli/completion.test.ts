import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { completionScript, SHELLS } from "./completion";
import { createProgram, leafCommands } from "./program";

/** What bash would offer after these words; the last one is being typed. */
function offered(script: string, ...words: string[]): string[] {
  const asked = `${script}
COMP_WORDS=(sidecar ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_sidecar; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", asked], { encoding: "utf8" }).split("\n").filter(Boolean);
}

test("bash completes commands, options and fixed values", async () => {
  const script = completionScript("bash", await createProgram(() => true));
  expect(offered(script, "in")).toEqual(["inbox"]);
  expect(offered(script, "--as", "ann@example.org", "users", "in")).toEqual([
    "invite",
    "invitations",
  ]);
  expect(offered(script, "users", "invite", "--ro")).toEqual(["--roles"]);
  expect(offered(script, "inbox", "--sort", "")).toEqual(["newest", "impact", "expiry"]);
  expect(offered(script, "completion", "z")).toEqual(["zsh"]);
  expect(offered(script, "users", "list", "--j")).toEqual(["--json"]);
});

test("every shell's script knows every command", async () => {
  const program = await createProgram(() => true);
  for (const shell of SHELLS) {
    const script = completionScript(shell, program);
    for (const { path } of leafCommands(program)) expect(script).toContain(` ${path}`);
  }
});
