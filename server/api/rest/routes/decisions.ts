import { ApproveRequest, FeedbackRequest, RejectRequest, Suggestion } from "@/server/contracts";
import { approveSuggestion, giveFeedback, rejectSuggestion } from "@/server/decisions";
import { answer, defineRoute, jsonBody } from "../define-route";
import { SuggestionParams } from "../parameters";

export const approveRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/approve",
    operationId: "approveSuggestion",
    tags: ["Decisions"],
    summary: "Approve a suggestion, or some of its items",
    description:
      "Takes a person's token with a role that the policy asks for (by default a reviewer's); machine " +
      "identities are always refused. Where several approvals are asked for, it stays `pending` until the last " +
      "of them (`GET …/approval`); one person counts once. Where one person decides alone and the policy asks " +
      "to state it, `acknowledgement_needed` is answered unless the body says `acknowledges_alone: true`. " +
      "Of two simultaneous decisions one wins and the other is a `conflict`. Approving does not " +
      "execute. Where less of the workload was replayed than is asked for (`coverage.is_too_low`), " +
      "an approval of what would be executed is refused with `coverage_too_low` unless the body says " +
      "`acknowledges_coverage: true`. Unknown fields of the body are refused.",
    permission: "suggestion.approve",
    request: { params: SuggestionParams, body: jsonBody(ApproveRequest, true) },
    responses: { 200: answer("The suggestion, approved or nearer to it.", Suggestion) },
    errors: ["not_found", "conflict", "coverage_too_low", "acknowledgement_needed"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await approveSuggestion({ ctx: c.var.ctx, input }), 200);
  },
);

export const rejectRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/reject",
    operationId: "rejectSuggestion",
    tags: ["Decisions"],
    summary: "Reject a suggestion",
    description:
      "Takes a person's token with the reviewer role, and a reason: one that has a name (`reason_code`), " +
      "or one in words (`reason`), or both. Unknown fields of the body are refused.",
    permission: "suggestion.decide",
    request: { params: SuggestionParams, body: jsonBody(RejectRequest) },
    responses: { 200: answer("The rejected suggestion.", Suggestion) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await rejectSuggestion({ ctx: c.var.ctx, input }), 200);
  },
);

export const feedbackRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/feedback",
    operationId: "giveFeedback",
    tags: ["Decisions"],
    summary: "Say how useful a suggestion was",
    description:
      "One word an identity: a later one replaces it. It changes no state; it goes into the " +
      "training of the model, with the decisions. Unknown fields of the body are refused.",
    permission: "suggestion.feedback",
    request: { params: SuggestionParams, body: jsonBody(FeedbackRequest) },
    responses: { 200: answer("The suggestion with all feedback.", Suggestion) },
    errors: ["not_found"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await giveFeedback({ ctx: c.var.ctx, input }), 200);
  },
);
