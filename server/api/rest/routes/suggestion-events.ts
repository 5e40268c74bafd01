import { defineRoute } from "../define-route";
import { SuggestionParams } from "../parameters";
import { suggestionEvents } from "../suggestion-events";

export const suggestionEventsRoute = defineRoute({
  method: "GET",
  path: "/agent/suggestions/{id}/events",
  operationId: "followSuggestion",
  tag: "Suggestions",
  summary: "Follow a suggestion as server-sent events",
  description:
    "An event `suggestion` at once and after every change; its data is the suggestion as " +
    "`GET /agent/suggestions/{id}` answers it. Ends with an event `end` at a final state " +
    "(`no_gain`, `rejected`, `expired`, `superseded`, `failed`, `verified`, `reverted`) or after " +
    "ten minutes; comments show in between that the stream lives.",
  permission: "suggestion.read",
  gate: "streams",
  params: SuggestionParams,
  answers: { 200: { description: "The events.", contentType: "text/event-stream" } },
  errors: ["not_found"],
  async handler({ ctx, services, params, signal }) {
    return suggestionEvents({ ctx, services, signal, suggestionId: params.id });
  },
});
