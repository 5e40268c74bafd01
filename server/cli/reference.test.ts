import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProgram } from "./program";
import { describeProgram } from "./reference";

const FILE = "docs/cli.md";
const MARK =
  "<!-- From the declarations of the commands: npx vitest run server/cli/reference.test.ts -u -->";

test("docs/cli.md describes the commands as they are", async () => {
  const [head = ""] = readFileSync(FILE, "utf8").split(MARK);
  const reference = describeProgram(await createProgram(() => true));
  await expect(`${head}${MARK}\n\n${reference}\n`).toMatchFileSnapshot(`../../${FILE}`);
});
