import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";

/** Text in backticks that looks like a path of this repository. */
function namedPaths(document: string): string[] {
  const text = readFileSync(document, "utf8").replaceAll(/```[\s\S]*?```/g, "");
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? "");
  return quoted.filter((name) =>
    /^(app|bench|components|demo|docker|docs|drizzle|e2e|scripts|server|\.ci)\/[\w./[\]-]*$/.test(
      name,
    ),
  );
}

test.each([
  "docs/ARCHITECTURE.md",
  "docs/glossary.md",
  "docs/runbook.md",
  "docs/model.md",
  "README.md",
  "CONTRIBUTING.md",
])("every path named in %s exists", (document) => {
  const paths = namedPaths(document);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((name) => !existsSync(name))).toEqual([]);
});

test("every npm script named in the README exists", () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync("package.json", "utf8")));
  const named = [...readFileSync("README.md", "utf8").matchAll(/npm run ([a-z:]+)/g)];
  expect(named.length).toBeGreaterThan(0);
  for (const [, name = ""] of named) expect(Object.keys(scripts)).toContain(name);
});
