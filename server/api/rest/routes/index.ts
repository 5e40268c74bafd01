import type { Route } from "../define-route";
import { analyzeRoute } from "./analyze";
import { capabilitiesRoute } from "./capabilities";
import { approveSuggestionRoute, rejectSuggestionRoute } from "./decide";
import { executeRoute, getOperationRoute, revertRoute } from "./execute";
import { feedbackRoute } from "./feedback";
import { getSuggestionRoute } from "./get-suggestion";
import { healthRoute } from "./health";
import { listSuggestionsRoute } from "./list-suggestions";
import { messageRoute } from "./message";
import { defineOpenApiRoute } from "./openapi-document";
import { suggestionEventsRoute } from "./suggestion-events";

const openApiRoute = defineOpenApiRoute(() => ROUTES);

/** Every route there is, in the order of the published document. */
export const ROUTES: readonly Route[] = [
  healthRoute,
  capabilitiesRoute,
  openApiRoute,
  analyzeRoute,
  listSuggestionsRoute,
  getSuggestionRoute,
  suggestionEventsRoute,
  approveSuggestionRoute,
  rejectSuggestionRoute,
  feedbackRoute,
  executeRoute,
  revertRoute,
  getOperationRoute,
  messageRoute,
];

export {
  analyzeRoute,
  approveSuggestionRoute,
  capabilitiesRoute,
  executeRoute,
  feedbackRoute,
  getOperationRoute,
  getSuggestionRoute,
  healthRoute,
  listSuggestionsRoute,
  messageRoute,
  openApiRoute,
  rejectSuggestionRoute,
  revertRoute,
  suggestionEventsRoute,
};
