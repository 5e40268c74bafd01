import { formatCount, formatPercent, plural, quoteIdentifier } from "@/server/advisor";
import type { Finding } from "@/server/contracts";
import { isInKey, isNumeric } from "./column-kinds";
import { countAll } from "./count";
import { type Fences, readFences } from "./fences";
import { makeFinding, rowsText } from "./make-finding";
import type { ColumnProfile, Subject } from "./profile";
import type { TableCheck } from "./types";

/** Outliers are few; more than this share is the shape of the data. */
const SHARE_MAX = 0.001;
/** Nearest outlier at least this many times as far from the median as the farthest other value. */
const GAP_MIN = 3;
const ROWS_MIN = 1000;

/**
 * Numbers far from all others. A long tail is no mistake, so all of this must hold: beyond Tukey's
 * fences by far (10 interquartile ranges; for positive numbers also 3 on the logarithm), at most
 * 0.1 % of the rows, and a gap between them and the rest. Beside that, the few negative numbers of
 * a column that is positive otherwise.
 * Source of the fences: Tukey, Exploratory Data Analysis (1977), chapter 2.
 */
export const checkOutliers: TableCheck = async ({ session }, subject) => {
  if (subject.rows < ROWS_MIN) return [];
  const numeric = subject.columns.filter(
    ({ column }) => isNumeric(column.type) && !isInKey(subject.table, column.name),
  );
  const fences = await readFences(session, subject, numeric);
  const counts = await countAll(session, subject.name, fences.flatMap(countsOf));
  const width = COUNTS;
  return fences.flatMap((fence, index) =>
    toFinding(subject, fence, counts.slice(index * width, (index + 1) * width)),
  );
};

const COUNTS = 6;

function countsOf({ profile, low, high }: Fences): string[] {
  const value = `${quoteIdentifier(profile.column.name)}::DOUBLE`;
  const inside = `${value} BETWEEN ${low} AND ${high}`;
  return [
    `count(*) FILTER (${value} < ${low} OR ${value} > ${high})`,
    `max(${value}) FILTER (${inside})`,
    `min(${value}) FILTER (${inside})`,
    `min(${value}) FILTER (${value} > ${high})`,
    `max(${value}) FILTER (${value} < ${low})`,
    `count(*) FILTER (${value} < 0)`,
  ];
}

function toFinding(subject: Subject, fences: Fences, counts: number[]): Finding[] {
  const { profile, median, low, high } = fences;
  const [beyond = 0, highest = 0, lowest = 0, nextHigh, nextLow, negative = 0] = counts;
  const most = SHARE_MAX * profile.present;
  const ordinary = Math.max(highest - median, median - lowest);
  const nearest = Math.min(distance(nextHigh, median), distance(nextLow, median));
  const isFar = beyond > 0 && beyond <= most && nearest >= GAP_MIN * ordinary;
  // Zeros and a few negative ones beside positive numbers; the median tells which is the rule.
  const isNegative = median > 0 && negative > 0 && negative <= most;
  if (!isFar && !isNegative) return [];
  const where = [
    ...(isFar ? [`NOT (${name(profile)} BETWEEN ${low} AND ${high})`] : []),
    ...(isNegative ? [`${name(profile)} < 0`] : []),
  ].join(" OR ");
  const parts = [
    ...(isFar ? [farText(beyond, nearest / Math.max(ordinary, Number.MIN_VALUE))] : []),
    ...(isNegative
      ? [`${plural(negative, "value")} ${are(negative)} negative, all others are not.`]
      : []),
  ];
  const suspicious = Math.max(isFar ? beyond : 0, isNegative ? negative : 0);
  return [
    makeFinding(subject, {
      kind: "outliers",
      column: profile.column.name,
      severity: "warning",
      title: `${plural(suspicious, "value")} of ${subject.table.name}.${profile.column.name} ${suspicious === 1 ? "is" : "are"} far from all others`,
      detail: `Of ${rowsText(subject)} (${formatPercent(suspicious / profile.present)}): ${parts.join(" ")} Sums and averages over them say little about the rest.`,
      values: {
        ...(isFar
          ? { values_beyond_fences: beyond, times_farther: round(nearest / ordinary) }
          : {}),
        ...(isNegative ? { negative_values: negative } : {}),
      },
      remedy:
        "Look at the rows: a wrong unit, a slipped decimal point or a test record is likely. Where it is a rule, declare it with CHECK when the table is created.",
      sql: `SELECT * FROM ${subject.name} WHERE ${where} LIMIT 100`,
    }),
  ];
}

const name = (profile: ColumnProfile) => quoteIdentifier(profile.column.name);
const are = (count: number) => (count === 1 ? "is" : "are");
const round = (value: number) => Math.round(Math.min(value, 1e15) * 10) / 10;
const distance = (value: number | undefined, median: number) =>
  value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : Math.abs(value - median);

function farText(count: number, times: number): string {
  const far = `${formatCount(Math.min(times, 1e15))} times as far from the median as the farthest other value`;
  return count === 1 ? `1 value is ${far}.` : `${formatCount(count)} values are at least ${far}.`;
}
