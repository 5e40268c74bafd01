import { Rng } from "../../random";
import { binExamples, binRow, growTree, leafShares, type TreeOptions } from "./tree";

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
