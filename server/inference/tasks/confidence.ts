import { z } from "zod";
import { CandidateFeatures } from "@/server/advisor";
import { shapeWords } from "./candidate-words";
import { answerSchema, choicesAt, type Task } from "./task";
import { counted, foreign, sentence, tenth } from "./words";

const NAME_MAX = 40;
const Answer = z.strictObject({ pays: z.enum(["yes", "no"]) });

/** Whether a candidate pays, from names, types and query shapes alone: no statistics are known. */
export const confidence: Task<typeof CandidateFeatures, { pays: boolean; confidence: number }> = {
  name: "confidence",
  input: CandidateFeatures,
  instruction:
    "Nothing is known of the data but names, types and queries. Will this change to a DuckDB table save more than a tenth of its queries' time? Answer yes or no.",
  schema: answerSchema({ pays: { enum: ["yes", "no"] } }),
  prompt(features) {
    return sentence([
      "pays",
      foreign(features.table, NAME_MAX),
      foreign(features.column ?? "", NAME_MAX),
      shapeWords(features),
      `width ${Math.min(features.width, 20)}`,
      features.queries > 1 ? `queries ${Math.min(features.queries, 9)}` : "",
      `share ${tenth(features.share)}`,
      counted("inserts", tenth(features.insert_share)),
      `prior ${tenth(features.prior)}`,
    ]);
  },
  byRules: ({ prior }) => JSON.stringify({ pays: prior >= 0.5 ? "yes" : "no" }),
  /** `confidence`: probability that it pays, 0..1. */
  read(answer, probabilities) {
    const { pays } = Answer.parse(JSON.parse(answer));
    const choices = choicesAt(probabilities, 0, pays);
    return { pays: pays === "yes", confidence: choices.yes ?? 0 };
  },
};
