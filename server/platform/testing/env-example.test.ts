import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { env, isSet } from "@/server/platform";

interface Entry {
  value: string;
  /** The comment lines above it. */
  comment: string;
}

/** The `# KEY=default` and `KEY=value` lines of .env.example. */
function documented(): Map<string, Entry> {
  const keys = new Map<string, Entry>();
  let comment = "";
  for (const line of readFileSync(".env.example", "utf8").split("\n")) {
    const [, key, value = ""] = /^#?\s?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) keys.set(key, { value, comment });
    comment = key === undefined && line.startsWith("#") ? `${comment}${line.slice(1)}` : "";
  }
  return keys;
}

test(".env.example names every setting of the env schema and no other", () => {
  expect([...documented().keys()].sort()).toEqual(Object.keys(env()).sort());
});

test(".env.example explains every setting", () => {
  const unexplained = [...documented()].filter(([, { comment }]) => comment.trim().length < 10);
  expect(unexplained).toEqual([]);
});

test(".env.example shows every number's true default", () => {
  const settings = env();
  const keys = Object.keys(settings) as (keyof typeof settings)[];
  const numbers = keys.filter((key) => typeof settings[key] === "number" && !isSet(key));
  const shown = documented();
  expect(numbers.map((key) => [key, shown.get(key)?.value])).toEqual(
    numbers.map((key) => [key, String(settings[key])]),
  );
});
