import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files";

/** Tests, and the programs that only tests start, may set up processes of their own. */
const isCode = (file: string) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\/testing\//.test(file);

/** Code without whole-line comments, which may name anything. */
const codeOf = (file: string) =>
  readFileSync(file, "utf8").replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, "");

const files = sourceFiles("app", "components", "demo", "drizzle", "server")
  .filter(isCode)
  .filter((file) => existsSync(file));

const filesWith = (pattern: RegExp) => files.filter((file) => pattern.test(codeOf(file)));

test("only server/platform/env.ts reads process.env", () => {
  expect(filesWith(/process\.env[.[\s,;)]/)).toEqual(["server/platform/env.ts"]);
});

test("settings are read where a process is composed, and handed on from there", () => {
  expect(filesWith(/\b(env|launchEnv)\(\)/)).toEqual([
    "demo/main.ts",
    "server/cli/connect.ts",
    "server/platform/env.ts",
    "server/platform/root.ts",
    "server/processes/mesh/environment.ts",
    "server/processes/supervisor/settings.ts",
  ]);
});

test("globalThis keeps what a process has once and Next.js loads several times, in one file", () => {
  expect(filesWith(/\bglobalThis\b/)).toEqual(["server/platform/root.ts"]);
});

/** What a capability's index.ts names, and the file that defines it. */
function exportsOf(door: string): { name: string; file: string }[] {
  const lists = readFileSync(door, "utf8").matchAll(/export \{([^}]*)\} from "(\.[^"]*)"/g);
  return [...lists].flatMap(([, names = "", from = ""]) => {
    const file = path.join(path.dirname(door), from);
    return names
      .split(",")
      .map((name) => name.trim())
      .filter((name) => /^[a-z]\w+$/.test(name))
      .map((name) => ({ name, file: `${file}${existsSync(`${file}.ts`) ? "" : "/index"}.ts` }));
  });
}

/** Functions that take a context, database or transaction in another way than `{ ctx, input }`. */
function misshapen(door: string): string[] {
  return exportsOf(door)
    .filter(({ name, file }) => {
      const head = new RegExp(`^export (?:async )?function ${name}(?:<[^(]*>)?\\(\\s*(\\w*)`, "m");
      return ["ctx", "context", "db", "tx"].includes(head.exec(codeOf(file))?.[1] ?? "");
    })
    .map(({ name }) => `${door}: ${name}`);
}

test("every verb of a capability has the shape verb({ ctx, input })", () => {
  const doors = files.filter((file) => /^server\/[^/]+\/index\.ts$/.test(file));
  const capabilities = doors.filter((door) => !door.startsWith("server/platform/"));
  expect(capabilities.flatMap(exportsOf).map(({ name }) => name)).toContain("runOperation");
  expect(capabilities.flatMap(misshapen)).toEqual([]);
});
