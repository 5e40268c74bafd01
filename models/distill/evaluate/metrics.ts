/** A judged answer. */
export interface Judged {
  said: string;
  right: string;
  /** How sure the answer was, 0 to 1, if it says. */
  confidence?: number;
  /** How probably `said` is right, where the outcome itself is uncertain; else `right` tells. */
  chance?: number;
}

const BINS = 15;

/** Share of right answers; NaN for none. */
export function accuracy(answers: readonly Judged[]): number {
  return answers.filter(({ said, right }) => said === right).length / answers.length;
}

/** Mean over the right values of the harmonic mean of precision and recall. */
export function macroF1(answers: readonly Judged[]): number {
  const values = [...new Set(answers.map(({ right }) => right))];
  const scores = values.map((value) => {
    const hits = answers.filter(({ said, right }) => said === value && right === value).length;
    const said = answers.filter((answer) => answer.said === value).length;
    const right = answers.filter((answer) => answer.right === value).length;
    return (2 * hits) / (said + right);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * Expected calibration error (Guo et al. 2017) over 15 bins of equal width: how far confidence and
 * accuracy lie apart, weighted by answers. An answer with a `chance` is right by so much. null where
 * the answers carry no confidence.
 */
export function calibrationError(answers: readonly Judged[]): number | null {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, hits: 0, confidence: 0 }));
  for (const { said, right, confidence, chance } of answers) {
    if (confidence === undefined) return null;
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (bin === undefined) throw new RangeError(`A confidence of ${confidence} is none.`);
    bin.count += 1;
    bin.hits += chance ?? (said === right ? 1 : 0);
    bin.confidence += confidence;
  }
  const gaps = bins.map(({ hits, confidence }) => Math.abs(hits - confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / answers.length;
}

/** Mean distance of numbers; null for values that are none. */
export function meanAbsoluteError(answers: readonly Judged[]): number | null {
  const distances = answers.map(({ said, right }) => Math.abs(Number(said) - Number(right)));
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  return Number.isFinite(mean) ? mean : null;
}

/** Normal quantile of a two-sided interval of 95 %. */
const Z = 1.959964;

/**
 * The 95% interval of a share seen as `hits` of `count` (Wilson 1927): unlike the normal one it stays
 * within 0..1 and holds for few answers. [0, 1] for none.
 */
export function wilsonInterval(hits: number, count: number): { low: number; high: number } {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const weight = 1 + Z ** 2 / count;
  const center = (share + Z ** 2 / (2 * count)) / weight;
  const half = (Z / weight) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}
