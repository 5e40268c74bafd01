import { defineRoute, type Route } from "../define-route";
import { createOpenApiDocument } from "../openapi";

/** The route that publishes all routes, itself included. */
export function defineOpenApiRoute(allRoutes: () => readonly Route[]): Route {
  let made: unknown;
  return defineRoute({
    method: "GET",
    path: "/openapi.json",
    operationId: "getOpenApi",
    tag: "Agent",
    summary: "This description",
    description: "OpenAPI 3.1 of everything here, made from the very schemas that check requests.",
    permission: null,
    answers: { 200: { description: "The document.", contentType: "application/json" } },
    async handler() {
      made ??= createOpenApiDocument(allRoutes());
      return { status: 200, body: made };
    },
  });
}
