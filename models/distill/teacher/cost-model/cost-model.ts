import { type CandidateFeatures, kindsWhere } from "@/server/advisor";
import { gainBucket } from "@/server/inference/tasks";
import type { MeasuredExample } from "../measured-examples";
import { growForest } from "./forest";

export interface CostModel {
  /** Probability of each gain bucket, by its number; they sum to 1. */
  predict(features: CandidateFeatures): Record<string, number>;
}

/** Fits the forest on measured examples. The same examples and seed give the same model. */
export function fitCostModel(examples: readonly MeasuredExample[], seed: number): CostModel {
  const forest = growForest(
    examples.map(({ features }) => encodeFeatures(features)),
    examples.map(({ gain }) => gainBucket(gain)),
    seed,
  );
  return {
    predict(features) {
      const shares = forest.predict(encodeFeatures(features));
      return Object.fromEntries(shares.map((share, bucket) => [bucket, share]));
    },
  };
}

/** Only what rules propose is estimated. */
const KINDS = kindsWhere(({ isRequestedOnly }) => !isRequestedOnly);
const DETAILS = [
  ...["sargable_predicate", "drop_distinct", "drop_order_by", "decorrelate_subquery"],
  ...["not_in_to_anti_join", "top_n", "ENUM", "DATE", "TIMESTAMP", "UUID", "PRIMARY KEY"],
  ...["UNIQUE", "morton", "TINYINT", "SMALLINT", "INTEGER"],
];
const TYPES = [
  ...["text", "integer", "bigint", "decimal", "double", "date", "timestamp"],
  ...["boolean", "uuid", "enum"],
];
const USES = [
  ...["equals", "in", "range", "prefix", "null_check", "other", "join", "group", "order"],
  ...["project"],
];

const log = (value: number): number => Math.log10(1 + value);
const is = (words: readonly string[], has: (word: string) => boolean): number[] =>
  words.map((word) => Number(has(word)));

/**
 * Features as numbers, in a fixed order; what is unknown is −1. Latency and names are left out: the
 * first only repeats rows and shape, the second must not matter once statistics are known.
 */
function encodeFeatures(features: CandidateFeatures): number[] {
  const { query } = features;
  return [
    ...is(KINDS, (word) => word === features.kind),
    ...is(DETAILS, (word) => word === features.detail),
    ...is(TYPES, (word) => word === features.type),
    ...is(USES, (word) => (query.uses as string[]).includes(word)),
    ...[features.keys, log(features.rows), log(features.distinct), features.null_share],
    ...[log(features.matches), Number(features.is_served), features.summary_share],
    ...[features.queries, features.width, query.values, Number(query.is_wrapped)],
    query.range_share === null ? -1 : Math.log10(query.range_share + 1e-4),
    ...[query.other_filters, query.other_indexed, query.tables, log(query.other_rows)],
    ...[query.joins, query.groups, query.orders, query.limit === null ? -1 : log(query.limit)],
    ...[Number(query.is_star), query.projected, query.aggregates],
    ...[features.prior, features.estimated_gain],
  ];
}
