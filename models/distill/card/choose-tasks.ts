import type { Report } from "../evaluate/report";

/** A lead below it may be luck, and is not worth a process that must run. */
const LEAD_MIN = 0.02;
/**
 * Probabilities that are off by more on families not seen come from leaning on the data's own phrases.
 * A student with errors of 0.22 (adversarial) and 0.19 (opinion's reason) was right about these
 * families, but took five of eleven plain sentences of our own for attacks and called five of six
 * clear purposes unclear.
 */
const CALIBRATION_ERROR_MAX = 0.1;

/**
 * The tasks a student is better at than rules and majority class alike, at every choice of the
 * task, with probabilities to be trusted; texts when they come nearer to their references than the rules'. All others stay with the
 * rules.
 */
export function chooseTasks(report: Report): string[] {
  const better = new Map<string, boolean>();
  for (const { field, student, rules, majority } of report.choices) {
    const task = field.split(".")[0] ?? field;
    const lead = student.accuracy - Math.max(rules.accuracy, majority.accuracy);
    const isTrusted = (student.calibrationError ?? 0) <= CALIBRATION_ERROR_MAX;
    better.set(task, (better.get(task) ?? true) && lead >= LEAD_MIN && isTrusted);
  }
  const { texts } = report;
  if (texts !== null) {
    better.set("explanation", texts.student.rougeL - texts.rules.rougeL >= LEAD_MIN);
  }
  return [...better].flatMap(([task, isBetter]) => (isBetter ? [task] : [])).sort();
}
