import {
  CancelRequest,
  ContinueRequest,
  ListProofEvents,
  ProofLog,
  Suggestion,
} from "@/server/contracts";
import { cancelProof, continueProof, listProofEvents } from "@/server/decisions";
import { answer, defineRoute, jsonBody } from "../define-route";
import { LogQuery, SuggestionParams } from "../parameters";

export const proofLogRoute = defineRoute(
  {
    method: "get",
    path: "/agent/suggestions/{id}/log",
    operationId: "readProofLog",
    tags: ["Suggestions"],
    summary: "Read what a proof tried",
    description:
      "The log of the suggestion's proofs, oldest first: which candidates and sets were measured, " +
      "when, and why each won or lost. `next_after` leads to the events that follow.",
    permission: "suggestion.read",
    request: { params: SuggestionParams, query: LogQuery },
    responses: { 200: answer("One page of the log.", ProofLog) },
    errors: ["not_found"],
  },
  async (c) => {
    const page = ListProofEvents.parse(c.req.valid("query"));
    const input = { suggestion_id: c.req.valid("param").id, ...page };
    return c.json(await listProofEvents({ ctx: c.var.ctx, input }), 200);
  },
);

export const continueProofRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/continue",
    operationId: "continueProof",
    tags: ["Suggestions"],
    summary: "Give a proof more time",
    description:
      "Queues the proof of an undecided suggestion again, for the candidates its time did not " +
      "suffice for. The advice is updated while nobody decides; follow `search`. Refused once it " +
      "was decided, while the search still runs, and where every candidate was tested.",
    permission: "suggestion.analyze",
    request: { params: SuggestionParams, body: jsonBody(ContinueRequest, true) },
    responses: { 202: answer("The suggestion; its search goes on.", Suggestion) },
    errors: ["not_found", "conflict", "not_executable"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await continueProof({ ctx: c.var.ctx, input }), 202);
  },
);

export const cancelProofRoute = defineRoute(
  {
    method: "post",
    path: "/agent/suggestions/{id}/cancel",
    operationId: "cancelProof",
    tags: ["Suggestions"],
    summary: "Cancel a proof",
    description:
      "Ends a proof that waits or runs: the suggestion is `cancelled`. Once advice was published it " +
      "ends the search for a better one (`search`), and the advice stays. What runs stops within about a " +
      "second. Refused where nothing of it waits or runs any more.",
    permission: "suggestion.analyze",
    request: { params: SuggestionParams, body: jsonBody(CancelRequest, true) },
    responses: { 200: answer("The suggestion, without its proof.", Suggestion) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id };
    return c.json(await cancelProof({ ctx: c.var.ctx, input }), 200);
  },
);
