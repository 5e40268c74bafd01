import type { Report } from "../report";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const interval = ({ low, high }: { low: number; high: number }) =>
  `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

/** A table of how everyone does on texts written apart from the generator; empty without figures. */
export function outsideTable({ outside }: Report): string {
  if (outside.length === 0) return "";
  return [
    row([
      "choice",
      "examples",
      "student",
      "95 %",
      "rules",
      "95 %",
      "majority",
      "calibration error",
    ]),
    row(["---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"]),
    ...outside.flatMap(({ examples, choices }) =>
      choices.map(({ field, student, rules, majority, calibrationError }) =>
        row([
          field,
          examples,
          `**${percent(student.accuracy)}**`,
          interval(student),
          percent(rules.accuracy),
          interval(rules),
          percent(majority.accuracy),
          calibrationError?.toFixed(3) ?? "–",
        ]),
      ),
    ),
  ].join("\n");
}

/** The table with what the student got wrong of each task below it, as a section; empty without figures. */
export function outsideSection(report: Report): string {
  if (report.outside.length === 0) return "";
  const lists = report.outside.flatMap(({ task, examples, choices, wrongCount, wrong }) => [
    "",
    `### ${task}: ${wrongCount} of ${examples} wrong`,
    "",
    ...countsByValue(choices),
    "",
    ...(wrong.length === 0 ? [] : [row(["text", "said", "right"]), row(["---", "---", "---"])]),
    ...wrong.map(({ text, said, right }) => row([literal(text), said, right])),
    ...(wrong.length < wrongCount ? ["", `And ${wrongCount - wrong.length} more.`] : []),
  ]);
  const title = "## Sentences written apart from the generator";
  return [title, "", outsideTable(report), ...lists, ""].join("\n");
}

function countsByValue(choices: Report["outside"][number]["choices"]): string[] {
  const rows = choices.flatMap(({ field, values }) =>
    values.map(({ right, examples, student, rules }) =>
      row([field, right, examples, student, rules]),
    ),
  );
  return [
    row(["choice", "right is", "examples", "student right", "rules right"]),
    row(["---", "---", "--:", "--:", "--:"]),
    ...rows,
  ];
}

/** Text in a cell of a table that stays text, whatever it holds. */
function literal(text: string): string {
  return text.replace(/[\\|<>`*_[\]]/g, (mark) => `\\${mark}`);
}
