import type { Report } from "../evaluate/report";

/** A lead below it may be luck, and is not worth a process that must run. */
const LEAD_MIN = 0.02;

/**
 * The tasks a student is better at than rules and majority class alike, at every choice of the
 * task; texts when they come nearer to their references than the rules'. All others stay with the
 * rules.
 */
export function chooseTasks(report: Report): string[] {
  const better = new Map<string, boolean>();
  for (const { field, student, rules, majority } of report.choices) {
    const task = field.split(".")[0] ?? field;
    const lead = student.accuracy - Math.max(rules.accuracy, majority.accuracy);
    better.set(task, (better.get(task) ?? true) && lead >= LEAD_MIN);
  }
  const { texts } = report;
  if (texts !== null) {
    better.set("explanation", texts.student.rougeL - texts.rules.rougeL >= LEAD_MIN);
  }
  return [...better].flatMap(([task, isBetter]) => (isBetter ? [task] : [])).sort();
}
