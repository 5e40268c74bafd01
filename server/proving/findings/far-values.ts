import type { Session } from "../measure/shadow";
import { STATEMENT_MS } from "./count";
import { type Fences, finite } from "./fences";
import type { Subject } from "./profile";

/** Values set apart from all others by a gap. */
export interface FarValues {
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
export async function readFarValues(
  session: Session,
  subject: Subject,
  fences: Fences,
  ordinary: number,
): Promise<FarValues | null> {
  const { profile, median, low, high } = fences;
  const value = finite(profile.column.name);
  const [row] = await session.rows(
    `WITH beyond AS (
       SELECT abs(${value} - ${median}) AS far FROM ${subject.name}
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
    // The median itself may be a value of the column: it is asked for, not quoted.
    condition: `abs(${value} - (SELECT median(${value}) FROM ${subject.name})) > ${bound}`,
  };
}
