import { FeedbackRequest, Suggestion } from "@/server/contracts";
import { giveFeedback } from "@/server/decisions";
import { defineRoute } from "../define-route";
import { SuggestionParams } from "../parameters";

export const feedbackRoute = defineRoute({
  method: "POST",
  path: "/agent/suggestions/{id}/feedback",
  operationId: "giveFeedback",
  tag: "Decisions",
  summary: "Say how useful a suggestion was",
  description:
    "One word an identity: a later one replaces it. It changes no state; it goes into the training " +
    "of the model, with the decisions.",
  permission: "suggestion.feedback",
  params: SuggestionParams,
  body: FeedbackRequest,
  answers: { 200: { description: "The suggestion with all feedback.", schema: Suggestion } },
  errors: ["not_found"],
  async handler({ ctx, params, body }) {
    const input = { suggestion_id: params.id, ...body };
    return { status: 200, body: await giveFeedback({ ctx, input }) };
  },
});
