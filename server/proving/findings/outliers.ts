import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { isInKey, isNumeric } from "./column-kinds";
import { countAll } from "./count";
import { type FarValues, readFarValues } from "./far-values";
import { type Fences, finite, readFences } from "./fences";
import { makeFinding, rowsText } from "./make-finding";
import type { Subject } from "./profile";
import type { TableCheck } from "./types";

/** Outliers are few; more than this share is the shape of the data. */
const SHARE_MAX = 0.001;
const ROWS_MIN = 1000;

/**
 * Numbers far from all others. A long tail is no mistake, so all of this must hold: beyond Tukey's
 * fences by far (10 interquartile ranges; for positive numbers also 3 on the logarithm), at most
 * 0.1% of the values, and a gap between them and the rest. Beside that, the few negative numbers
 * of a column that is positive otherwise.
 * Source of the fences: Tukey, Exploratory Data Analysis (1977), chapter 2.
 */
export const checkOutliers: TableCheck = async ({ session }, subject) => {
  if (subject.rows < ROWS_MIN) return [];
  const numeric = subject.columns.filter(
    ({ column }) => isNumeric(column.type) && !isInKey(subject.table, column.name),
  );
  const fences = await readFences(session, subject, numeric);
  const counts = await countAll(session, subject.name, fences.flatMap(countsOf));
  const found: Finding[] = [];
  for (const [index, fence] of fences.entries()) {
    const [beyond = 0, highest = 0, lowest = 0, below = 0] = counts.slice(4 * index, 4 * index + 4);
    const { median, profile } = fence;
    const most = SHARE_MAX * profile.present;
    const ordinary = Math.max(highest - median, median - lowest);
    const isFew = beyond > 0 && beyond <= most;
    const far = isFew ? await readFarValues(session, subject, fence, ordinary) : null;
    const negative = median > 0 && below <= most ? below : 0;
    if (far === null && negative === 0) continue;
    const conditions = [
      ...(far === null ? [] : [far.condition]),
      ...(negative === 0 ? [] : [`${finite(profile.column.name)} < 0`]),
    ];
    const condition = conditions.join(" OR ");
    // A value may be far away and negative: it is one value.
    const [count = 0] = await countAll(session, `${subject.name} WHERE ${condition}`, ["count(*)"]);
    found.push(toFinding(subject, fence, { far, negative, count, condition }));
  }
  return found;
};

function countsOf({ profile, low, high }: Fences): string[] {
  const value = finite(profile.column.name);
  const inside = `${value} BETWEEN ${low} AND ${high}`;
  return [
    `count(*) FILTER (${value} < ${low} OR ${value} > ${high})`,
    `max(${value}) FILTER (${inside})`,
    `min(${value}) FILTER (${inside})`,
    `count(*) FILTER (${value} < 0)`,
  ];
}

interface Unlike {
  far: FarValues | null;
  negative: number;
  /** Values that are far away, negative or both. */
  count: number;
  /** SQL that is true for them. */
  condition: string;
}

function toFinding(
  subject: Subject,
  { profile }: Fences,
  { far, negative, count, condition }: Unlike,
): Finding {
  const name = profile.column.name;
  const parts = [
    ...(far === null ? [] : [farText(far)]),
    ...(negative === 0
      ? []
      : [`${formatPlural(negative, "value")} below zero, where all others are not`]),
  ];
  return makeFinding(subject, {
    kind: "outliers",
    column: name,
    severity: "warning",
    title: `${formatPlural(count, "value")} of ${subject.table.name}.${name} ${count === 1 ? "is" : "are"} unlike all others`,
    detail: `Among ${rowsText(subject)}: ${parts.join("; ")} (${formatPercent(count / profile.present)} of the values). Sums and averages over them say little about the rest.`,
    values: {
      ...(far === null
        ? {}
        : { far_values: far.count, times_farther: Math.round(Math.min(far.times, 1e12)) }),
      ...(negative === 0 ? {} : { negative_values: negative }),
    },
    remedy:
      "Look at the rows: a wrong unit, a slipped decimal point or a test record is likely. Where it is a rule, declare it with CHECK when the table is created.",
    sql: `SELECT * FROM ${subject.name} WHERE ${condition} LIMIT 100`,
  });
}

function farText({ count, times }: FarValues): string {
  return `${formatPlural(count, "value")} at least ${formatCount(Math.min(times, 1e12))} times as far from the median as any other`;
}
