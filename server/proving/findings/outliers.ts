import type { Finding } from "@/server/contracts";
import { formatCount, formatPercent, formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { Session } from "../measure/shadow";
import {
  type ColumnProfile,
  countAll,
  STATEMENT_MS,
  type TableCheck,
  type TableProfile,
} from "./check-context";
import { isInKey, isNumeric } from "./column-kinds";
import { makeFinding, rowsText } from "./make-finding";

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
export const checkOutliers: TableCheck = async ({ session }, profile) => {
  if (profile.rows < ROWS_MIN) return [];
  const numeric = profile.columns.filter(
    ({ column }) => isNumeric(column.type) && !isInKey(profile.table, column.name),
  );
  const fences = await readFences(session, profile, numeric);
  const counts = await countAll(session, profile.name, fences.flatMap(countsOf));
  const found: Finding[] = [];
  for (const [index, fence] of fences.entries()) {
    const [beyond = 0, highest = 0, lowest = 0, below = 0] = counts.slice(4 * index, 4 * index + 4);
    const { median, columnProfile } = fence;
    const most = SHARE_MAX * columnProfile.present;
    const ordinary = Math.max(highest - median, median - lowest);
    const isFew = beyond > 0 && beyond <= most;
    const far = isFew ? await readFarValues(session, profile, fence, ordinary) : null;
    const negative = median > 0 && below <= most ? below : 0;
    if (far === null && negative === 0) continue;
    const conditions = [
      ...(far === null ? [] : [far.condition]),
      ...(negative === 0 ? [] : [`${finite(columnProfile.column.name)} < 0`]),
    ];
    const condition = conditions.join(" OR ");
    // A value may be far away and negative: it is one value.
    const [count = 0] = await countAll(session, `${profile.name} WHERE ${condition}`, ["count(*)"]);
    found.push(toFinding(profile, fence, { far, negative, count, condition }));
  }
  return found;
};

function countsOf({ columnProfile, low, high }: Fences): string[] {
  const value = finite(columnProfile.column.name);
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
  profile: TableProfile,
  { columnProfile }: Fences,
  { far, negative, count, condition }: Unlike,
): Finding {
  const name = columnProfile.column.name;
  const parts = [
    ...(far === null ? [] : [farText(far)]),
    ...(negative === 0
      ? []
      : [`${formatPlural(negative, "value")} below zero, where all others are not`]),
  ];
  return makeFinding(profile, {
    kind: "outliers",
    column: name,
    severity: "warning",
    title: `${formatPlural(count, "outlier")} in ${profile.table.name}.${name}`,
    detail: `Among ${rowsText(profile)}: ${parts.join("; ")} (${formatPercent(count / columnProfile.present)} of the values). They dominate sums and averages over the column.`,
    values: {
      ...(far === null
        ? {}
        : { far_values: far.count, times_farther: Math.round(Math.min(far.times, 1e12)) }),
      ...(negative === 0 ? {} : { negative_values: negative }),
    },
    remedy:
      "Review the rows: a wrong unit, a misplaced decimal point or a test record is likely. If the limit is a rule, declare it with CHECK when the table is created.",
    sql: `SELECT * FROM ${profile.name} WHERE ${condition} LIMIT 100`,
  });
}

function farText({ count, times }: FarValues): string {
  return `${formatPlural(count, "value")} at least ${formatCount(Math.min(times, 1e12))} times as far from the median as any other`;
}

/** Bounds of ordinary values of a numeric column. */
interface Fences {
  columnProfile: ColumnProfile;
  median: number;
  low: number;
  high: number;
}

/** Quartiles hold still with this many rows; of 3 M rows they took 0.64 s, of 100,000 0.07 s. */
const SAMPLE_ROWS = 100_000;
const LINEAR_RANGES = 10;
const LOG_RANGES = 3;

/** Fences of each column that has a spread; quartiles are of a fixed sample by row number. */
async function readFences(
  session: Session,
  profile: TableProfile,
  columns: readonly ColumnProfile[],
): Promise<Fences[]> {
  const every = Math.max(1, Math.round(profile.rows / SAMPLE_ROWS));
  const quartiles = await countAll(
    session,
    `${profile.name} WHERE hash(rowid) % ${every} = 0`,
    columns.flatMap(({ column }) =>
      [0.25, 0.5, 0.75].map((share) => `quantile_cont(${finite(column.name)}, ${share})`),
    ),
  );
  return columns.flatMap((columnProfile, index) => {
    const [first = 0, median = 0, third = 0] = quartiles.slice(3 * index, 3 * index + 3);
    const range = third - first;
    // No spread: most values are one, and every other would count as far away.
    if (!(range > 0)) return [];
    const low = first - LINEAR_RANGES * range;
    const high = third + LINEAR_RANGES * range;
    if (first <= 0) return { columnProfile, median, low, high };
    const logHigh = third * (third / first) ** LOG_RANGES;
    return { columnProfile, median, low, high: Math.max(high, logHigh) };
  });
}

/** A column as a DOUBLE; infinities and NaN, chosen on purpose, become NULL. */
function finite(column: string): string {
  const value = `${quoteIdentifier(column)}::DOUBLE`;
  return `(CASE WHEN isfinite(${value}) THEN ${value} END)`;
}

/** Values set apart from all others by a gap. */
interface FarValues {
  count: number;
  /** Distance from the median of the nearest of them, as a multiple of the farthest other value's. */
  times: number;
  /** SQL that is true for them. */
  condition: string;
}

/** Nearest outlier at least this many times as far from the median as the farthest other value. */
const GAP_MIN = 3;

/**
 * The first gap among the values beyond the fences, seen from the median; a long tail has none.
 * `ordinary`: distance from the median of the farthest value within the fences.
 */
async function readFarValues(
  session: Session,
  profile: TableProfile,
  fences: Fences,
  ordinary: number,
): Promise<FarValues | null> {
  const { columnProfile, median, low, high } = fences;
  const value = finite(columnProfile.column.name);
  const [row] = await session.rows(
    `WITH beyond AS (
       SELECT abs(${value} - ${median}) AS far FROM ${profile.name}
       WHERE ${value} < ${low} OR ${value} > ${high}
     ), steps AS (SELECT far, lag(far, 1, ${ordinary}) OVER (ORDER BY far) AS former FROM beyond),
     gap AS (SELECT far, former FROM steps WHERE far >= ${GAP_MIN} * former ORDER BY far LIMIT 1)
     SELECT gap.far, gap.former, count(*) FROM gap JOIN beyond ON beyond.far >= gap.far GROUP BY ALL`,
    STATEMENT_MS,
  );
  if (row === undefined) return null;
  const [far = 0, former = 0, count = 0] = row.map(Number);
  // A round bound inside the gap, which is no value of the column.
  const bound = Number(Math.sqrt(far * Math.max(former, far / 1e6)).toPrecision(2));
  return {
    count,
    times: far / Math.max(former, Number.MIN_VALUE),
    // The median may be a value of the column: the query computes it, the text never quotes it.
    condition: `abs(${value} - (SELECT median(${value}) FROM ${profile.name})) > ${bound}`,
  };
}
