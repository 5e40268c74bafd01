/**
 * Distinct values of a whole column from a sample: the Duj1 estimator of Haas and Stokes, which
 * PostgreSQL's ANALYZE uses. `once`: values seen exactly once in the sample of `rows` rows.
 */
export function estimateDistinct(sample: {
  rows: number;
  distinct: number;
  once: number;
  total: number;
}): number {
  const { rows, distinct, once, total } = sample;
  if (rows === 0 || total === 0) return 0;
  if (rows >= total) return Math.min(distinct, total);
  const denominator = rows - once + (once * rows) / total;
  return Math.min(total, Math.max(distinct, (rows * distinct) / denominator));
}
