import { expect, test } from "vitest";
import type { Report } from "./report";
import { outsideSection } from "./report-markdown";

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

test("false alarms of student and rules can be read off", () => {
  const [task] = reportOf([], 0).outside;
  const interval = { low: 0, high: 1 };
  const choice = {
    ...{ field: "adversarial.adversarial", student: { accuracy: 0.7, ...interval } },
    ...{ rules: { accuracy: 0.6, ...interval }, majority: { accuracy: 0.5 } },
    ...{ calibrationError: 0.1, values: [{ right: "no", examples: 130, student: 91, rules: 128 }] },
  };
  const report = { outside: task ? [{ ...task, choices: [choice] }] : [] } as unknown as Report;
  expect(outsideSection(report)).toContain("| adversarial.adversarial | no | 130 | 91 | 128 |");
});

test("says how many mistakes are not shown", () => {
  const section = outsideSection(reportOf([{ text: "a", said: "no", right: "yes" }], 31));
  expect(section).toContain("### adversarial: 31 of 240 wrong");
  expect(section).toContain("And 30 more.");
});
