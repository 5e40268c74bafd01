import { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEMS } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";
import { methodNotAllowed, problemResponse } from "../http";
import type { Route } from "./define-route";
import { frameRequest, refuseInvalid } from "./guards";
import { createOpenApiDocument, type OpenApiDocument, registerShapes } from "./openapi";
import { capabilitiesRoute, defineOpenApiRoute, healthRoute, jwksRoute } from "./routes/agent";
import { requestChangeRoute } from "./routes/changes";
import { getConversationRoute, listConversationsRoute } from "./routes/conversations";
import { approveRoute, feedbackRoute, rejectRoute } from "./routes/decisions";
import { listJobsRoute } from "./routes/jobs";
import { messageRoute } from "./routes/messages";
import { executeRoute, getOperationRoute, revertRoute } from "./routes/operations";
import { cancelProofRoute, continueProofRoute, proofLogRoute } from "./routes/proof";
import {
  analyzeRoute,
  getSuggestionRoute,
  listSuggestionsRoute,
  suggestionEventsRoute,
} from "./routes/suggestions";
import type { RestEnv } from "./services";

let document: OpenApiDocument | undefined;

/** The OpenAPI 3.1 document of all routes. */
export function openApiDocument(): OpenApiDocument {
  document ??= createOpenApiDocument(restApp);
  return document;
}

/** Every route there is, in the order of the published document. */
export const ROUTES: readonly Route[] = [
  healthRoute,
  capabilitiesRoute,
  jwksRoute,
  defineOpenApiRoute(openApiDocument),
  analyzeRoute,
  requestChangeRoute,
  listSuggestionsRoute,
  getSuggestionRoute,
  suggestionEventsRoute,
  approveRoute,
  rejectRoute,
  feedbackRoute,
  proofLogRoute,
  continueProofRoute,
  cancelProofRoute,
  executeRoute,
  revertRoute,
  getOperationRoute,
  messageRoute,
  listConversationsRoute,
  getConversationRoute,
  listJobsRoute,
];

/** A route's answer to methods it does not take: 204 with `Allow` to OPTIONS, 405 to the rest. */
function answerOtherMethods(app: OpenAPIHono<RestEnv>, routes: readonly Route[]): void {
  const declared = routes.map(({ declaration }) => declaration);
  for (const path of new Set(declared.map((route) => route.path))) {
    const methods = declared
      .filter((route) => route.path === path)
      .map((route) => route.method.toUpperCase());
    const allowed = [...methods, "OPTIONS"];
    app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => {
      if (c.req.method !== "OPTIONS") throw methodNotAllowed(allowed);
      return c.body(null, 204, { allow: allowed.join(", ") });
    });
  }
}

function createRestApp(routes: readonly Route[]): OpenAPIHono<RestEnv> {
  const app = new OpenAPIHono<RestEnv>({ defaultHook: refuseInvalid });
  registerShapes(app);
  app.use(frameRequest);
  app.onError((thrown, c) => {
    const { code, message } = toAppError(thrown);
    const { status } = PROBLEMS[code];
    const { requestId, route } = c.var;
    if (status === 500) c.env.log.error({ err: thrown, requestId, route, code }, message);
    else if (status > 500) c.env.log.warn({ requestId, route, code }, message);
    return problemResponse(thrown, requestId, c.req.url);
  });
  app.notFound((c) => {
    const error = new AppError("not_found", "There is no such route. See /openapi.json.");
    return problemResponse(error, c.var.requestId, c.req.url);
  });
  for (const route of routes) route.register(app);
  answerOtherMethods(app, routes);
  return app;
}

/**
 * The agent's REST interface. Whoever serves it hands over the process's services:
 * `restApp.fetch(request, services)`.
 */
export const restApp = createRestApp(ROUTES);
