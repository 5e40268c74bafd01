import { z } from "zod";
import { AnalyzeRequest, ListSuggestions, Suggestion, SuggestionPage } from "@/server/contracts";
import { analyze, getSuggestion, listSuggestions } from "@/server/decisions";
import { awaitProof } from "../await-proof";
import { answer, defineRoute, jsonBody } from "../define-route";
import { followSuggestion } from "../event-stream";
import { AnalyzeQuery, ListQuery, SuggestionParams } from "../parameters";

export const analyzeRoute = defineRoute(
  {
    method: "post",
    path: "/agent/analyze",
    operationId: "analyze",
    tags: ["Suggestions"],
    summary: "Analyze and suggest improvements",
    description:
      "Proposes changes for a table and its queries. A request that brings its own " +
      "`current_schema` and names no `product_id` is answered at once from that context: an " +
      "estimate. Otherwise every candidate is measured on a shadow copy of the data product first: " +
      "the answer says `proving` and where to look, or waits with `?wait=`. A question that is open " +
      "already is answered with that suggestion (`is_existing`), whatever its `budget_seconds`; a " +
      "caller with too many proofs that wait or run is refused with 429. Names, types and " +
      "queries that seem to try to steer who reads them are named in `warnings` (by place; they are " +
      "analyzed like any other), as is each query that was not read, with the reason: one that is nested " +
      "more than 100 levels deep or takes more than 2 s is not, nor are those that 5 s were not enough " +
      "for. What was too much to be considered is a warning in counts (`limited_analysis`). Unknown " +
      "fields of the body are ignored.",
    permission: "suggestion.analyze",
    request: { query: AnalyzeQuery, body: jsonBody(AnalyzeRequest) },
    responses: {
      200: answer("The suggestion, as far as it will get now.", Suggestion, {
        Location: "Where the suggestion is read.",
      }),
      202: answer("The proof is still running; follow `links`.", Suggestion, {
        Location: "Where the suggestion is read.",
      }),
    },
    errors: [
      "not_found",
      "product_unreachable",
      "product_refused",
      "product_invalid",
      "product_timeout",
      "timeout",
    ],
  },
  async (c) => {
    const { ctx } = c.var;
    const { signal } = c.req.raw;
    const first = await analyze({ ctx, input: c.req.valid("json"), signal });
    const { wait = 0 } = c.req.valid("query");
    const { suggestion, status, headers } = await awaitProof(ctx, first, wait);
    return c.json(suggestion, status, headers);
  },
);

export const listSuggestionsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/suggestions",
    operationId: "listSuggestions",
    tags: ["Suggestions"],
    summary: "List suggestions",
    description: "Newest first, without evidence. `next_cursor` leads to the next page.",
    permission: "suggestion.read",
    request: { query: ListQuery },
    responses: { 200: answer("One page.", SuggestionPage) },
  },
  async (c) => {
    const input = ListSuggestions.parse(c.req.valid("query"));
    return c.json(await listSuggestions({ ctx: c.var.ctx, input }), 200);
  },
);

export const getSuggestionRoute = defineRoute(
  {
    method: "get",
    path: "/agent/suggestions/{id}",
    operationId: "getSuggestion",
    tags: ["Suggestions"],
    summary: "Read a suggestion with its evidence",
    description:
      "Everything known of it: measured evidence, the alternatives and why they were rejected, " +
      "reviews, operations, actual against expected.",
    permission: "suggestion.read",
    request: { params: SuggestionParams },
    responses: { 200: answer("The suggestion.", Suggestion) },
    errors: ["not_found"],
  },
  async (c) => {
    const input = { suggestion_id: c.req.valid("param").id };
    return c.json(await getSuggestion({ ctx: c.var.ctx, input }), 200);
  },
);

export const suggestionEventsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/suggestions/{id}/events",
    operationId: "followSuggestion",
    tags: ["Suggestions"],
    summary: "Follow a suggestion as server-sent events",
    description:
      "An event `suggestion` at once and after every change; its data is the suggestion as " +
      "`GET /agent/suggestions/{id}` answers it. Ends with an event `end` at a final state " +
      "(`no_gain`, `cancelled`, `rejected`, `expired`, `superseded`, `failed`, `verified`, " +
      "`reverted`) or after ten minutes, or with the reason `unauthenticated` or `forbidden` when " +
      "the credential ends or is revoked; comments show in between that the stream lives.",
    permission: "suggestion.read",
    limiter: "streams",
    request: { params: SuggestionParams },
    responses: {
      200: { description: "The events.", content: { "text/event-stream": { schema: z.string() } } },
    },
    errors: ["not_found"],
  },
  async (c) => {
    const { streamSecondsMax, heartbeatSeconds } = c.env;
    const { stream, closed } = await followSuggestion({
      ctx: c.var.ctx,
      suggestionId: c.req.valid("param").id,
      recheck: c.var.recheck,
      signal: c.req.raw.signal,
      limits: { streamSecondsMax, heartbeatSeconds },
    });
    c.set("streamClosed", closed);
    // Proxies must hand events on as they come.
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    };
    return new Response(stream, { headers });
  },
);
