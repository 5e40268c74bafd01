/** Normal quantile of a two-sided interval of 95 %. */
const Z = 1.959964;

/**
 * The 95 % interval of a share seen as `hits` of `count` (Wilson 1927): unlike the normal one it stays
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
