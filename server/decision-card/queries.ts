import {
  type CardQuery,
  comparedTimes,
  type DecisionCard,
  type MeasuredEvidence,
  outcomeOf,
  type QueryEvidence,
  type RowOutcome,
  savedMs,
} from "@/server/contracts";

/** How many queries improved, and which matter most; null where nothing was replayed. */
export function queriesOf(evidence: MeasuredEvidence | null): DecisionCard["queries"] {
  if (evidence === null || evidence.queries.length === 0) return null;
  const { queries } = evidence;
  const improved = queries.filter((query) => outcomeOfQuery(query) === "improved");
  return {
    ...countOutcomes(queries),
    most_improved: cardQuery(greatest(improved, savedMs)),
    slowest: cardQuery(greatest(queries, (query) => comparedTimes(query).after_ms)),
  };
}

/** How many of these queries improved, regressed, or show neither. */
export function countOutcomes(queries: readonly QueryEvidence[]): Record<RowOutcome, number> {
  const counts = { improved: 0, inconclusive: 0, regressed: 0 };
  for (const query of queries) counts[outcomeOfQuery(query)] += 1;
  return counts;
}

export const outcomeOfQuery = ({ gain, pairs }: QueryEvidence): RowOutcome =>
  outcomeOf(gain, pairs);

function greatest(
  queries: readonly QueryEvidence[],
  of: (query: QueryEvidence) => number,
): QueryEvidence | undefined {
  return [...queries].sort((a, b) => of(b) - of(a))[0];
}

function cardQuery(query: QueryEvidence | undefined): CardQuery | null {
  if (query === undefined) return null;
  const { fingerprint, sql, gain } = query;
  return { fingerprint, sql, ...comparedTimes(query), gain, outcome: outcomeOfQuery(query) };
}
