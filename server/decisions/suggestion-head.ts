import type { Evidence, LatencySummary, Suggestion, SuggestionItem } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { getSuggestion } from "./read-suggestions";

/**
 * A suggestion as its page shows it at first: without the single latencies, and of each alternative
 * what it came to, without its queries and SQL. Tabs ask for the whole (`getSuggestion`).
 * Throws `not_found`.
 */
export async function getSuggestionHead(asked: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Suggestion> {
  const suggestion = await getSuggestion(asked);
  return {
    ...suggestion,
    suggestions: suggestion.suggestions.map((item) => ({
      ...item,
      evidence: withoutSamples(item.evidence),
    })),
    set_evidence: withoutSamples(suggestion.set_evidence),
    alternatives: suggestion.alternatives.map(outlineOf),
  };
}

function withoutSamples<Kind extends Evidence | null>(evidence: Kind): Kind {
  if (evidence?.basis !== "measured") return evidence;
  const bare = (side: LatencySummary) => ({ ...side, samples_ms: [] });
  return {
    ...evidence,
    queries: evidence.queries.map((query) => ({
      ...query,
      baseline: bare(query.baseline),
      candidate: bare(query.candidate),
    })),
  };
}

function outlineOf(item: SuggestionItem): SuggestionItem {
  const { evidence } = item;
  return {
    ...item,
    ...{ execution_sql: "", revert_sql: null, decision_factors: [], drawbacks: [] },
    explanation: null,
    evidence:
      evidence?.basis === "measured"
        ? {
            ...evidence,
            queries: [],
            workload: { ...evidence.workload, not_replayed: [] },
          }
        : evidence,
  };
}
