import { ListSuggestions, SuggestionPage } from "@/server/contracts";
import { defineRoute } from "../define-route";
import { ListQuery } from "../parameters";

export const listSuggestionsRoute = defineRoute({
  method: "GET",
  path: "/agent/suggestions",
  operationId: "listSuggestions",
  tag: "Suggestions",
  summary: "List suggestions",
  description: "Newest first, without evidence. `next_cursor` leads to the next page.",
  permission: "suggestion.read",
  query: ListQuery,
  answers: { 200: { description: "One page.", schema: SuggestionPage } },
  async handler({ ctx, services: { verbs }, query }) {
    const input = ListSuggestions.parse(query);
    return { status: 200, body: await verbs.listSuggestions({ ctx, input }) };
  },
});
