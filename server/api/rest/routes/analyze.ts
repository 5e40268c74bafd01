import { AnalyzeRequest, isProving, Suggestion } from "@/server/contracts";
import { defineRoute } from "../define-route";
import { AnalyzeQuery } from "../parameters";

const location = (suggestion: Suggestion) => ({
  location: `/agent/suggestions/${suggestion.suggestion_id}`,
});

export const analyzeRoute = defineRoute({
  method: "POST",
  path: "/agent/analyze",
  operationId: "analyze",
  tag: "Suggestions",
  summary: "Analyze and suggest improvements",
  description:
    "Proposes changes for a table and its queries. A request that brings its own " +
    "`current_schema` and names no `product_id` is answered at once from that context: an " +
    "estimate. Otherwise every candidate is measured on a shadow copy of the data product first: " +
    "the answer says `proving` and where to look, or waits with `?wait=`. Names, types and " +
    "queries that seem to try to steer who reads them are named in `warnings` (by place; they are " +
    "analyzed like any other). Unknown fields of the body are ignored.",
  permission: "suggestion.analyze",
  unknownFields: "ignore",
  query: AnalyzeQuery,
  body: AnalyzeRequest,
  answers: {
    200: { description: "The suggestion, as far as it will get now.", schema: Suggestion },
    202: {
      description: "The proof is still running; follow `links`.",
      schema: Suggestion,
      headers: { Location: "Where the suggestion is read." },
    },
  },
  errors: ["not_found", "product_unreachable", "product_refused"],
  async handler({ ctx, services: { verbs }, query, body }) {
    const first = await verbs.analyze({ ctx, input: body });
    const seconds = query.wait ?? 0;
    const suggestion =
      isProving(first.state) && seconds > 0
        ? await verbs.waitForSuggestion({
            ctx,
            input: { suggestion_id: first.suggestion_id, seconds },
          })
        : first;
    const status = isProving(suggestion.state) ? 202 : 200;
    return { status, body: suggestion, headers: location(suggestion) };
  },
});
