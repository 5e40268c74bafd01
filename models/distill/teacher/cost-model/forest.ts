import { Rng } from "../../random";

const TREES = 120;
const OPTIONS: TreeOptions = { leafMin: 4, featuresTried: 30, classes: 10 };
/** Left to what was never seen: no class gets less than a tenth of it. */
const UNSEEN = 0.01;

export interface Forest {
  /** Probability of each class 0..9; they sum to 1. */
  predict(row: readonly number[]): number[];
}

/**
 * A forest whose leaves keep the spread of their examples: the mean over trees is a distribution
 * over the classes. Source: Meinshausen, Quantile Regression Forests, JMLR 7 (2006).
 */
export function growForest(
  rows: readonly (readonly number[])[],
  classes: readonly number[],
  seed: number,
): Forest {
  const data = binExamples(rows, Uint8Array.from(classes));
  const rng = new Rng(seed, "forest");
  const trees = Array.from({ length: TREES }, () => {
    const drawn = rows.map(() => rng.int(0, rows.length - 1));
    return growTree(data, drawn, rng, OPTIONS);
  });
  return {
    predict(row) {
      const bins = binRow(data.edges, row);
      const mean = new Array<number>(OPTIONS.classes).fill(UNSEEN / OPTIONS.classes);
      for (const tree of trees) {
        const shares = leafShares(tree, bins);
        for (let at = 0; at < shares.length; at++) {
          mean[at] = (mean[at] ?? 0) + ((1 - UNSEEN) * (shares[at] ?? 0)) / TREES;
        }
      }
      return mean;
    },
  };
}

/** Examples with features cut into bins: `bins[feature][example]`. */
interface Binned {
  bins: Uint8Array[];
  /** Upper ends of the bins of each feature. */
  edges: number[][];
  /** Class 0..9 of each example. */
  targets: Uint8Array;
}

type Node = { feature: number; bin: number; below: Node; above: Node } | { shares: Float64Array };

interface TreeOptions {
  leafMin: number;
  /** Features looked at for each split. */
  featuresTried: number;
  classes: number;
}

const BINS_MAX = 32;

/** Cuts each feature at quantiles of its values. */
function binExamples(rows: readonly (readonly number[])[], targets: Uint8Array): Binned {
  const count = rows[0]?.length ?? 0;
  const edges = Array.from({ length: count }, (_, feature) => {
    const values = [...new Set(rows.map((row) => row[feature] ?? 0))].sort((a, b) => a - b);
    const step = Math.max(1, values.length / BINS_MAX);
    const cut: number[] = [];
    for (let at = step; at < values.length; at += step) {
      const [low = 0, high = 0] = [values[Math.ceil(at) - 1], values[Math.ceil(at)]];
      if (Math.ceil(at) < values.length) cut.push((low + high) / 2);
    }
    return cut;
  });
  const bins = edges.map((cut, feature) =>
    Uint8Array.from(rows, (row) => binOf(cut, row[feature] ?? 0)),
  );
  return { bins, edges, targets };
}

/** Number of the bin a value falls into. */
function binOf(edges: readonly number[], value: number): number {
  let at = 0;
  while (at < edges.length && value > (edges[at] ?? 0)) at++;
  return at;
}

/** Grows one tree on the given examples; splits lessen the variance of the class number. */
function growTree(data: Binned, examples: number[], rng: Rng, options: TreeOptions): Node {
  const split =
    examples.length >= 2 * options.leafMin ? bestSplit(data, examples, rng, options) : null;
  if (split === null) return leaf(data, examples, options.classes);
  const bins = data.bins[split.feature];
  const isBelow = (example: number): boolean => (bins?.[example] ?? 0) <= split.bin;
  return {
    ...split,
    below: growTree(data, examples.filter(isBelow), rng, options),
    above: growTree(
      data,
      examples.filter((example) => !isBelow(example)),
      rng,
      options,
    ),
  };
}

function leaf({ targets }: Binned, examples: readonly number[], classes: number): Node {
  const shares = new Float64Array(classes);
  for (const example of examples) {
    const target = targets[example] ?? 0;
    shares[target] = (shares[target] ?? 0) + 1 / examples.length;
  }
  return { shares };
}

function bestSplit(data: Binned, examples: readonly number[], rng: Rng, options: TreeOptions) {
  let best: { feature: number; bin: number; score: number } | null = null;
  const total = examples.reduce((sum, example) => sum + (data.targets[example] ?? 0), 0);
  const base = (total * total) / examples.length + 1e-9;
  for (let tried = 0; tried < options.featuresTried; tried++) {
    const feature = rng.int(0, data.bins.length - 1);
    const found = splitOn(data, examples, feature, total, options.leafMin);
    if (found !== null && found.score > (best?.score ?? base)) best = found;
  }
  return best;
}

/** Best cut of one feature: the score is Σ sum²/count of both sides, larger is better. */
function splitOn(
  { bins, edges, targets }: Binned,
  examples: readonly number[],
  feature: number,
  total: number,
  leafMin: number,
) {
  const size = (edges[feature]?.length ?? 0) + 1;
  const counts = new Float64Array(size);
  const sums = new Float64Array(size);
  const own = bins[feature] ?? new Uint8Array();
  for (const example of examples) {
    const bin = own[example] ?? 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + (targets[example] ?? 0);
  }
  let [count, sum] = [0, 0];
  let best: { feature: number; bin: number; score: number } | null = null;
  for (let bin = 0; bin < size - 1; bin++) {
    count += counts[bin] ?? 0;
    sum += sums[bin] ?? 0;
    const rest = examples.length - count;
    if (count < leafMin || rest < leafMin) continue;
    const score = (sum * sum) / count + ((total - sum) * (total - sum)) / rest;
    if (best === null || score > best.score) best = { feature, bin, score };
  }
  return best;
}

/** Bin of each feature of a row. */
function binRow(edges: readonly number[][], row: readonly number[]): Uint8Array {
  return Uint8Array.from(edges, (cut, feature) => binOf(cut, row[feature] ?? 0));
}

/** Shares of the classes in the leaf a binned row falls into. */
function leafShares(node: Node, bins: Uint8Array): Float64Array {
  let at = node;
  while ("feature" in at) at = (bins[at.feature] ?? 0) <= at.bin ? at.below : at.above;
  return at.shares;
}
