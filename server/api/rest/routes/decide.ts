import { ApproveRequest, RejectRequest, Suggestion } from "@/server/contracts";
import { defineRoute } from "../define-route";
import { SuggestionParams } from "../parameters";

export const approveSuggestionRoute = defineRoute({
  method: "POST",
  path: "/agent/suggestions/{id}/approve",
  operationId: "approveSuggestion",
  tag: "Decisions",
  summary: "Approve a suggestion, or some of its items",
  description:
    "Takes a person's token with the reviewer role; machine identities are always refused. " +
    "Of two simultaneous decisions one wins and the other is a `conflict`. Approving does not " +
    "execute.",
  permission: "suggestion.decide",
  params: SuggestionParams,
  body: ApproveRequest,
  isBodyOptional: true,
  answers: { 200: { description: "The approved suggestion.", schema: Suggestion } },
  errors: ["not_found", "conflict"],
  async handler({ ctx, services: { verbs }, params, body }) {
    const input = { suggestion_id: params.id, ...body };
    return { status: 200, body: await verbs.approveSuggestion({ ctx, input }) };
  },
});

export const rejectSuggestionRoute = defineRoute({
  method: "POST",
  path: "/agent/suggestions/{id}/reject",
  operationId: "rejectSuggestion",
  tag: "Decisions",
  summary: "Reject a suggestion",
  description: "Takes a person's token with the reviewer role, and a reason.",
  permission: "suggestion.decide",
  params: SuggestionParams,
  body: RejectRequest,
  answers: { 200: { description: "The rejected suggestion.", schema: Suggestion } },
  errors: ["not_found", "conflict"],
  async handler({ ctx, services: { verbs }, params, body }) {
    const input = { suggestion_id: params.id, ...body };
    return { status: 200, body: await verbs.rejectSuggestion({ ctx, input }) };
  },
});
