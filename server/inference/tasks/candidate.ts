import { z } from "zod";
import { CandidateFeatures } from "@/server/advisor";
import {
  answerSchema,
  choicesAt,
  counted,
  durationStep,
  joinWords,
  magnitude,
  sanitizePromptText,
  shareStep,
  type Task,
  tenth,
} from "./task";

/** Upper ends of the ten buckets of a measured gain (1 − after/before), and their middles. */
const UPPER = [-0.05, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.95] as const;
const MIDDLES = [-0.4, 0, 0.075, 0.15, 0.275, 0.425, 0.6, 0.775, 0.9, 0.97] as const;
const BUCKETS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
/** From this bucket on a gain exceeds the product's threshold of a tenth. */
export const PAYS_FROM = 3;

/** Bucket 0..9 of a gain: 0 slower by more than 5 %, 9 more than 95 % saved. */
export function gainBucket(gain: number): number {
  const found = UPPER.findIndex((upper) => gain <= upper);
  return found === -1 ? UPPER.length : found;
}

/** Mean gain, each bucket's middle weighed by its probability. */
function meanGain(choices: Readonly<Record<string, number>>): number {
  return BUCKETS.reduce<number>((sum, at) => sum + (choices[at] ?? 0) * (MIDDLES[at] ?? 0), 0);
}

/** Probability that the gain exceeds the product's threshold. */
export function chanceToPay(choices: Readonly<Record<string, number>>): number {
  return BUCKETS.filter((at) => at >= PAYS_FROM).reduce<number>(
    (sum, at) => sum + (choices[at] ?? 0),
    0,
  );
}

/** What a candidate is: kind, detail, type, and what its heaviest query does; no statistics. */
function shapeWords({ kind, detail, type, keys, query }: CandidateFeatures): string {
  return joinWords([
    kind,
    detail?.toLowerCase().replaceAll(" ", "_") ?? "",
    type,
    keys > 1 ? `keys ${Math.min(keys, 9)}` : "",
    query.uses.join(" "),
    query.values > 1 ? `values ${Math.min(query.values, 9)}` : "",
    query.is_wrapped ? "wrapped" : "",
    counted("filters", Math.min(query.other_filters, 9)),
    counted("indexed", Math.min(query.other_indexed, 9)),
    counted("joins", Math.min(query.joins, 9)),
    counted("groups", Math.min(query.groups, 9)),
    counted("sorts", Math.min(query.orders, 9)),
    query.limit === null ? "" : "limit",
    query.is_star ? "star" : counted("columns", Math.min(query.projected, 9)),
    counted("aggregates", Math.min(query.aggregates, 9)),
  ]);
}

const NAME_MAX = 40;
const ConfidenceAnswer = z.strictObject({ pays: z.enum(["yes", "no"]) });

/** Whether a candidate pays, from names, types and query shapes alone: no statistics are known. */
export const confidence: Task<typeof CandidateFeatures, { pays: boolean; confidence: number }> = {
  name: "confidence",
  input: CandidateFeatures,
  instruction:
    "Nothing is known of the data but names, types and queries. Will this change to a DuckDB table save more than a tenth of its queries' time? Answer yes or no.",
  schema: answerSchema({ pays: { enum: ["yes", "no"] } }),
  prompt(features) {
    return joinWords([
      "pays",
      sanitizePromptText(features.table, NAME_MAX),
      sanitizePromptText(features.column ?? "", NAME_MAX),
      shapeWords(features),
      `width ${Math.min(features.width, 20)}`,
      features.queries > 1 ? `queries ${Math.min(features.queries, 9)}` : "",
      `share ${tenth(features.share)}`,
      counted("inserts", tenth(features.insert_share)),
      `prior ${tenth(features.prior)}`,
    ]);
  },
  ruleFallback: ({ prior }) => JSON.stringify({ pays: prior >= 0.5 ? "yes" : "no" }),
  /** `confidence`: probability that it pays, 0..1. */
  read(answer, probabilities) {
    const { pays } = ConfidenceAnswer.parse(JSON.parse(answer));
    const choices = choicesAt(probabilities, 0, pays);
    return { pays: pays === "yes", confidence: choices.yes ?? 0 };
  },
};

const PriorAnswer = z.strictObject({ gain: z.number().int().min(0).max(9) });

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
    return joinWords([
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
  ruleFallback: ({ prior: chance, estimated_gain: gain }) =>
    JSON.stringify({ gain: gainBucket(chance >= 0.5 ? gain : 0) }),
  read(answer, probabilities) {
    const { gain } = PriorAnswer.parse(JSON.parse(answer));
    const choices = choicesAt(probabilities, 0, gain);
    return { bucket: gain, expectedGain: meanGain(choices), chanceItPays: chanceToPay(choices) };
  },
};
