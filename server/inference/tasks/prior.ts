import { z } from "zod";
import { CandidateFeatures } from "@/server/advisor";
import { shapeWords } from "./candidate-words";
import { BUCKETS, chanceToPay, gainBucket, meanGain } from "./gain-buckets";
import { answerSchema, choicesAt, type Task } from "./task";
import { counted, durationStep, magnitude, sentence, shareStep, tenth } from "./words";

const Answer = z.strictObject({ gain: z.number().int().min(0).max(9) });

interface PriorResult {
  bucket: number;
  /** Expected gain of the targeted queries, share of their time. */
  expectedGain: number;
  /** Probability of a gain above the product's threshold, 10 %. */
  chanceItPays: number;
}

/** How much of its queries' time a candidate will save, from statistics, before it is measured. */
export const prior: Task<typeof CandidateFeatures, PriorResult> = {
  name: "prior",
  input: CandidateFeatures,
  instruction:
    "Estimate how much of its queries' time a change to a DuckDB table saves. Answer a digit: 0 slower by more than 5 %, 1 no change, 2 up to 10 % saved, 3 up to 20 %, 4 up to 35 %, 5 up to 50 %, 6 up to 70 %, 7 up to 85 %, 8 up to 95 %, 9 more. Counts are in half powers of ten, shares in steps up to 9.",
  schema: answerSchema({ gain: { enum: BUCKETS } }),
  prompt(features) {
    const { rows, distinct, matches, query } = features;
    return sentence([
      "gain",
      shapeWords(features),
      `rows ${magnitude(rows)}`,
      `distinct ${magnitude(distinct)}`,
      `matches ${magnitude(matches)}`,
      features.is_served ? "served" : "",
      counted("nulls", tenth(features.null_share)),
      counted("summary", shareStep(features.summary_share)),
      query.range_share === null ? "" : `range ${shareStep(query.range_share)}`,
      counted("partner", magnitude(query.other_rows)),
      `width ${Math.min(features.width, 20)}`,
      features.queries > 1 ? `queries ${Math.min(features.queries, 9)}` : "",
      `ms ${durationStep(query.mean_ms)}`,
      counted("inserts", tenth(features.insert_share)),
      `prior ${tenth(features.prior)}`,
      `rules ${gainBucket(features.estimated_gain)}`,
    ]);
  },
  /** The estimate where the rules think it likely, else no gain. */
  byRules: ({ prior: chance, estimated_gain: gain }) =>
    JSON.stringify({ gain: gainBucket(chance >= 0.5 ? gain : 0) }),
  read(answer, probabilities) {
    const { gain } = Answer.parse(JSON.parse(answer));
    const choices = choicesAt(probabilities, 0, gain);
    return { bucket: gain, expectedGain: meanGain(choices), chanceItPays: chanceToPay(choices) };
  },
};
