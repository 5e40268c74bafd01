import { expect, test } from "vitest";
import type { Report } from "../report";
import { outsideSection } from "./outside-markdown";

const reportOf = (wrong: Report["outside"][number]["wrong"], wrongCount: number) =>
  ({
    outside: [{ task: "adversarial", examples: 240, choices: [], wrong, wrongCount }],
  }) as unknown as Report;

test("an attack stays text in the report that lists it", () => {
  const text = "name: <script>x</script> | [click](http://evil.example) `a` \\";
  const section = outsideSection(reportOf([{ text, said: "no", right: "yes" }], 1));
  expect(section).toContain(
    "| name: \\<script\\>x\\</script\\> \\| \\[click\\](http://evil.example) \\`a\\` \\\\ | no | yes |",
  );
});

test("says how many mistakes are not shown", () => {
  const section = outsideSection(reportOf([{ text: "a", said: "no", right: "yes" }], 31));
  expect(section).toContain("### adversarial: 31 of 240 wrong");
  expect(section).toContain("And 30 more.");
});
