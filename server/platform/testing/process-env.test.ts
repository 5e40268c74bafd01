import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files";

/** Tests, and the programs that only tests start, may set up processes of their own. */
const isCode = (file: string) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\/testing\//.test(file);

test("only server/platform/env.ts reads process.env", () => {
  const files = sourceFiles("app", "components", "demo", "drizzle", "server").filter(isCode);
  const readers = files.filter(
    (file) => existsSync(file) && readFileSync(file, "utf8").includes("process.env"),
  );
  // env.ts holds it in code; others may only name it in a comment.
  const breaking = readers.filter((file) =>
    /process\.env[.[\s,;)]/.test(
      readFileSync(file, "utf8").replaceAll(/^\s*(\*|\/\/|\/\*).*$/gm, ""),
    ),
  );
  expect(breaking).toEqual(["server/platform/env.ts"]);
});
