import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { env } from "@/server/platform";

/** `# KEY=default` or `KEY=value` lines of .env.example, each with the comment lines above it. */
function documented(): Map<string, string> {
  const keys = new Map<string, string>();
  let comment = "";
  for (const line of readFileSync(".env.example", "utf8").split("\n")) {
    const key = /^#?\s?([A-Z][A-Z0-9_]+)=/.exec(line)?.[1];
    if (key !== undefined) keys.set(key, comment);
    comment = key === undefined && line.startsWith("#") ? `${comment}${line.slice(1)}` : "";
  }
  return keys;
}

test(".env.example names every setting of the env schema and no other", () => {
  expect([...documented().keys()].sort()).toEqual(Object.keys(env()).sort());
});

test(".env.example explains every setting", () => {
  const unexplained = [...documented()].filter(([, comment]) => comment.trim().length < 10);
  expect(unexplained).toEqual([]);
});
