import { Suggestion } from "@/server/contracts";
import { defineRoute } from "../define-route";
import { SuggestionParams } from "../parameters";

export const getSuggestionRoute = defineRoute({
  method: "GET",
  path: "/agent/suggestions/{id}",
  operationId: "getSuggestion",
  tag: "Suggestions",
  summary: "Read a suggestion with its evidence",
  description:
    "Everything known of it: measured evidence, the alternatives and why they were rejected, " +
    "reviews, operations, actual against expected.",
  permission: "suggestion.read",
  params: SuggestionParams,
  answers: { 200: { description: "The suggestion.", schema: Suggestion } },
  errors: ["not_found"],
  async handler({ ctx, services: { verbs }, params }) {
    const input = { suggestion_id: params.id };
    return { status: 200, body: await verbs.getSuggestion({ ctx, input }) };
  },
});
