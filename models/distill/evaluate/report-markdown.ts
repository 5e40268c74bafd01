import { formatExactPercent } from "@/server/format";
import type { Report } from "./report";

const error = (value: number | null) => (value === null ? "–" : value.toFixed(3));
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

/** Tables of an evaluation, without a title. */
export function reportTables(report: Report): string {
  const { speed } = report;
  const lines = [
    row(["choice", "examples", "student", "rules", "majority class", "teacher's label"]),
    row(["---", "--:", "--:", "--:", "--:", "--:"]),
    ...report.choices.map((choice) =>
      row([
        choice.field,
        choice.examples,
        `**${formatExactPercent(choice.student.accuracy)}**`,
        formatExactPercent(choice.rules.accuracy),
        formatExactPercent(choice.majority.accuracy),
        formatExactPercent(choice.teacher.accuracy),
      ]),
    ),
    "",
    row([
      "choice",
      "macro-F1 student",
      "rules",
      "distance student",
      "rules",
      "calibration error",
      "before temperature",
      "temperature",
    ]),
    row(["---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"]),
    ...report.choices.map((choice) =>
      row([
        choice.field,
        choice.student.macroF1.toFixed(3),
        choice.rules.macroF1.toFixed(3),
        error(choice.student.meanAbsoluteError),
        error(choice.rules.meanAbsoluteError),
        error(choice.student.calibrationError),
        error(choice.calibrationErrorRaw),
        choice.temperature.toFixed(2),
      ]),
    ),
    "",
    "Distance: mean absolute error in buckets, where values are numbers. Calibration error: expected, 15 bins, against measured outcomes or, where there is none, the teacher's distribution.",
    "",
    row(["speed and memory", ""]),
    row(["---", "--:"]),
    row(["threads", speed.threads]),
    row(["prompt, tokens (mean)", speed.promptTokensMean.toFixed(0)]),
    row([
      "answer, ms: p50 / p95 / p99",
      [speed.latencyMsP50, speed.latencyMsP95, speed.latencyMsP99]
        .map((ms) => ms.toFixed(1))
        .join(" / "),
    ]),
    row(["prompt tokens read per second", speed.readTokensPerSecond.toFixed(0)]),
    row(["answers per second, one at a time", speed.answersPerSecond.toFixed(1)]),
    row([
      `answers per second, ${speed.batchSequences} at a time`,
      speed.batchAnswersPerSecond.toFixed(1),
    ]),
    row(["resident memory of the process, MB", speed.residentMb.toFixed(0)]),
  ];
  return lines.join("\n");
}

/** The whole report as a document. */
export function reportDocument(report: Report): string {
  const { model } = report;
  return [
    "# Evaluation of the student",
    "",
    `\`${model.file}\` (${(model.sizeBytes / 1e6).toFixed(1)} MB, SHA-256 \`${model.sha256.slice(0, 16)}…\`) on ${report.examples} examples of the test split; none of its ${report.families} families was seen in training. All probabilities are of llama.cpp on the file as shipped.`,
    "",
    reportTables(report),
    "",
    outsideSection(report),
  ].join("\n");
}

const interval = ({ low, high }: { low: number; high: number }) =>
  `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}%`;

/** A table of how everyone does on texts written apart from the generator; empty without figures. */
export function outsideTable({ outside }: Report): string {
  if (outside.length === 0) return "";
  return [
    row(["choice", "examples", "student", "95%", "rules", "95%", "majority", "calibration error"]),
    row(["---", "--:", "--:", "--:", "--:", "--:", "--:", "--:"]),
    ...outside.flatMap(({ examples, choices }) =>
      choices.map(({ field, student, rules, majority, calibrationError }) =>
        row([
          field,
          examples,
          `**${formatExactPercent(student.accuracy)}**`,
          interval(student),
          formatExactPercent(rules.accuracy),
          interval(rules),
          formatExactPercent(majority.accuracy),
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
