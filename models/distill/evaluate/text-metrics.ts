import { bleu } from "bleu-score";
import { l as rougeL } from "js-rouge";

/** How near texts come to their references, 0 to 1, means over texts. */
export interface TextScores {
  /** F-measure over the longest common subsequence of words. */
  rougeL: number;
  /** Up to 4-grams, with brevity penalty, by sentence. */
  bleu: number;
  /** Share of texts that are the reference, letter by letter. */
  exact: number;
}

const BLEU_N = 4;

/** Scores pairs of a written text and its reference. An empty text scores nothing. */
export function scoreTexts(pairs: readonly { said: string; right: string }[]): TextScores {
  const mean = (of: (said: string, right: string) => number) =>
    pairs.reduce((sum, { said, right }) => sum + (said === "" ? 0 : of(said, right)), 0) /
    pairs.length;
  return {
    rougeL: mean((said, right) => rougeL(said, right)),
    bleu: mean((said, right) => bleu(right, said, BLEU_N)),
    exact: mean((said, right) => (said === right ? 1 : 0)),
  };
}
