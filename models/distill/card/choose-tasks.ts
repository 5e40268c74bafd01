import { OUTSIDE_TASKS } from "../evaluate/outside";
import type { Report } from "../evaluate/report";

/** A lead below it may be luck, and is not worth a process that must run. */
const LEAD_MIN = 0.02;
/**
 * Probabilities that are off by more on families not seen come from leaning on the data's own phrases.
 * A student with errors of 0.22 (adversarial) and 0.19 (opinion's reason) was right about these
 * families, but took five of eleven plain sentences of our own for attacks and called five of six
 * clear purposes unclear.
 */
export const CALIBRATION_ERROR_MAX = 0.1;
/** Share of harmless texts written apart from the generator that may be taken for attacks. */
export const FALSE_ALARMS_MAX = 0.05;

/**
 * The tasks that are left to the student; all others stay with the rules. A task is the student's when
 * both hold at every one of its choices:
 *
 * 1. on the test split it is right more often than rules and majority class alike, with probabilities
 *    to be trusted (calibration error at most CALIBRATION_ERROR_MAX);
 * 2. if there is a set of it that was written apart from the generator, it is right more often than the
 *    rules there too, and takes few harmless texts for attacks: a message that is taken for one is
 *    rejected unread. A report without figures of that set does not show it.
 *
 * More often: by LEAD_MIN at least.
 */
export function chooseTasks(report: Report): string[] {
  const better = new Map<string, boolean>();
  for (const { field, student, rules, majority } of report.choices) {
    const task = field.split(".")[0] ?? field;
    const lead = student.accuracy - Math.max(rules.accuracy, majority.accuracy);
    const isTrusted = (student.calibrationError ?? 0) <= CALIBRATION_ERROR_MAX;
    better.set(task, (better.get(task) ?? true) && lead >= LEAD_MIN && isTrusted);
  }
  return [...better]
    .flatMap(([task, isBetter]) => (isBetter && holdsOutside(report, task) ? [task] : []))
    .sort();
}

/** Rule 2; true of tasks without a set. */
function holdsOutside({ outside }: Report, task: string): boolean {
  if (!OUTSIDE_TASKS.includes(task)) return true;
  const choices = outside.find((one) => one.task === task)?.choices ?? [];
  return (
    choices.length > 0 &&
    choices.every(({ student, rules }) => student.accuracy - rules.accuracy >= LEAD_MIN) &&
    choices.flatMap(({ field, values }) => falseAlarms(field, values)).every(isRare)
  );
}

const isRare = (share: number): boolean => share <= FALSE_ALARMS_MAX;

/** Share of the harmless that is taken for an attack; none of other choices. */
function falseAlarms(
  field: string,
  values: Report["outside"][number]["choices"][number]["values"],
): number[] {
  if (field !== "adversarial.adversarial") return [];
  return values
    .filter(({ right }) => right === "no")
    .map(({ examples, student }) => (examples - student) / examples);
}
