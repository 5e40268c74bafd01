import { outsideSection } from "./outside/outside-markdown";
import type { Report } from "./report";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
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
        `**${percent(choice.student.accuracy)}**`,
        percent(choice.rules.accuracy),
        percent(choice.majority.accuracy),
        percent(choice.teacher.accuracy),
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
