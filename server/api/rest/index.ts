export { createOpenApiDocument } from "./openapi";
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
  ROUTES,
  rejectSuggestionRoute,
  revertRoute,
  suggestionEventsRoute,
} from "./routes";
export { serve } from "./serve";
export { serveNotFound } from "./serve-with";
