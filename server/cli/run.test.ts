import { expect, test, vi } from "vitest";
import { CliError, ERROR_CODES } from "@/server/contracts";
import { SECTIONS } from "./entries";
import { EXIT_MEANINGS, exitCodeOf } from "./exit-codes";
import { runCli } from "./run";

async function cli(...args: string[]) {
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockReturnValue(true),
  );
  try {
    const code = await runCli(args, { version: "1.2.3" });
    const [out = "", err = ""] = streams.map(({ mock }) =>
      mock.calls.map(([text]) => String(text)).join(""),
    );
    return { code, out, err };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}

test("no error ends a command with success", () => {
  for (const code of ERROR_CODES) expect(exitCodeOf(code)).toBeGreaterThan(0);
});

test("every kind of failure that a script must tell apart has a code of its own", () => {
  const kinds = ["internal", "invalid_input", "not_found", "conflict", "forbidden", "unavailable"];
  const codes = ERROR_CODES.filter((code) => kinds.includes(code)).map(exitCodeOf);
  expect(codes.sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test("the help names every command and exit code, and that of a group its commands", async () => {
  const { code, out } = await cli("help");
  expect(code).toBe(0);
  const named = [...out.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
  const entries = Object.values(SECTIONS).flatMap((section) => Object.keys(section));
  expect(named).toEqual(expect.arrayContaining(entries));
  for (const meaning of Object.values(EXIT_MEANINGS)) expect(out).toContain(meaning);
  expect((await cli("help", "users")).out).toMatch(/^Commands:\n {2}\S+/m);
  expect((await cli("help", "users", "invite")).out).toContain("invite [options] <email>");
});

test("the version is that of the package", async () => {
  expect(await cli("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
});

test("a mistyped command or option is wrong usage, and the nearest is named on one line", async () => {
  for (const [args, near] of [
    [["inbx"], "inbox"],
    [["users", "lst"], "list"],
    [["users", "list", "--jsn"], "--json"],
    [["help", "polices"], "policies"],
    [["help", "keys", "crate"], "create"],
  ] as const) {
    const { code, out, err } = await cli(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(new RegExp(`^invalid_input: [^\\n]*${near}[^\\n]*\\n$`));
  }
});

test("a command of an earlier version names the one that took its place", async () => {
  expect((await cli("suggestions", "list")).err).toContain("is now `inbox`");
  expect((await cli("operations", "execute", "sugg-1")).err).toContain("is now `execute`");
});

test("with --json a failure is JSON on stderr, a missing command too", async () => {
  for (const args of [
    ["--json", "inbx"],
    ["users", "--json"],
  ]) {
    const { code, out, err } = await cli(...args);
    expect([code, out]).toEqual([2, ""]);
    const { error } = CliError.parse(JSON.parse(err));
    expect(error).toMatchObject({ code: "invalid_input", exit_code: 2 });
  }
});

test("a value outside of its choices is wrong usage", async () => {
  expect((await cli("inbox", "--sort", "size")).err).toContain("newest, impact, expiry");
});
