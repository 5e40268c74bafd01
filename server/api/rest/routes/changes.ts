import { ChangeRequest, EditRequest, Suggestion } from "@/server/contracts";
import { editSuggestion, requestChange } from "@/server/decisions";
import { awaitProof } from "../await-proof";
import { answer, defineRoute, jsonBody } from "../define-route";
import { AnalyzeQuery, SuggestionParams } from "../parameters";

const LOCATION = { Location: "Where the suggestion is read." };

export const requestChangeRoute = defineRoute(
  {
    method: "post",
    path: "/agent/changes",
    operationId: "requestChange",
    tags: ["Suggestions"],
    summary: "Test a requested change",
    description:
      "Tests changes that the caller names, together, on a shadow copy of the data product: that they " +
      "apply and revert exactly, that rows that are there satisfy them, that every result and write of the " +
      "workload stays as it is. No gain is asked for. What fits becomes a suggestion to approve (`pending`, " +
      "verdict `fits`); where a query, or the workload, is surely slower by more than 5% its verdict is " +
      "`fits_with_cost`, the figures are the first of `drawbacks`, and the risk is higher. What breaks ends as " +
      "`no_gain`, with the reasons below `alternatives`. A type, name or default that is none is refused " +
      "with 400 and its place (`details.pointer`), a change that DuckDB cannot make with 422 " +
      "`not_executable`. The same changes that are open already are answered with that suggestion " +
      "(`is_existing`). Kinds: `add_column` and those that the sidecar proposes, but `rewrite_query`.",
    permission: "suggestion.analyze",
    request: { query: AnalyzeQuery, body: jsonBody(ChangeRequest) },
    responses: {
      200: answer("The suggestion, tested.", Suggestion, LOCATION),
      202: answer("The test still waits or runs; follow `links`.", Suggestion, LOCATION),
    },
    errors: [
      "not_found",
      "not_executable",
      "product_unreachable",
      "product_refused",
      "product_invalid",
      "product_timeout",
      "timeout",
    ],
  },
  async (c) => {
    const { ctx } = c.var;
    const first = await requestChange({ ctx, input: c.req.valid("json") });
    const { wait = 0 } = c.req.valid("query");
    const { suggestion, status, headers } = await awaitProof(ctx, first, wait);
    return c.json(suggestion, status, headers);
  },
);

export const editSuggestionRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/edit",
    operationId: "editSuggestion",
    tags: ["Suggestions"],
    summary: "Edit a change and test it",
    description:
      "Tests the suggestion's changes again with one of them altered. The statement is parsed by DuckDB and read as " +
      "one of the changes that the sidecar knows; nothing else is taken, and the statement itself is never executed. " +
      "The answer is a suggestion of its own (`edited_from`), which is approved and executed after its own test " +
      "run; approving it supersedes the edited one. Refused with 400 and the reason where the statement is no such " +
      "change, with 409 once the suggestion was decided, with 422 where DuckDB cannot make the change.",
    permission: "suggestion.analyze",
    request: { params: SuggestionParams, query: AnalyzeQuery, body: jsonBody(EditRequest) },
    responses: {
      200: answer("The edited suggestion, tested.", Suggestion, LOCATION),
      202: answer("The test still waits or runs; follow `links`.", Suggestion, LOCATION),
    },
    errors: ["not_found", "conflict", "not_executable", "product_unreachable", "timeout"],
  },
  async (c) => {
    const { ctx } = c.var;
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    const first = await editSuggestion({ ctx, input });
    const { wait = 0 } = c.req.valid("query");
    const { suggestion, status, headers } = await awaitProof(ctx, first, wait);
    return c.json(suggestion, status, headers);
  },
);
