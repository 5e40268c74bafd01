import { AppError } from "@/server/platform";
import type { Route, RouteMethod } from "./define-route";
import { handleRoute } from "./handle-route";
import { methodNotAllowed, toProblem } from "./problem";
import { requestIdOf } from "./request-id";
import { textResponse } from "./respond";
import type { RestServices } from "./services";

type NextHandler = (
  request: Request,
  /** Next.js resolves `params` to undefined where the path has none. */
  context: { params: Promise<Record<string, string> | undefined> },
) => Promise<Response>;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Method = (typeof METHODS)[number] | "OPTIONS";

function refuseMethod(allowed: string[]): NextHandler {
  return async (request) => {
    const requestId = requestIdOf(request.headers);
    const instance = new URL(request.url).pathname;
    return textResponse(methodNotAllowed(allowed, requestId, instance), requestId);
  };
}

function tellMethods(allowed: string[]): NextHandler {
  return async () => new Response(null, { status: 204, headers: { allow: allowed.join(", ") } });
}

/**
 * Next.js handlers for all methods of one path: the given routes, 405 for the others.
 * `services` is asked at the first request: a build has no settings and no database.
 */
export function serveWith(
  services: () => RestServices,
  routes: Partial<Record<RouteMethod, Route>>,
): Record<Method, NextHandler> {
  const allowed = [...METHODS.filter((method) => method in routes), "OPTIONS"];
  const handlerOf = (route: Route | undefined): NextHandler =>
    route === undefined
      ? refuseMethod(allowed)
      : async (request, { params }) =>
          handleRoute(route, request, (await params) ?? {}, services());
  return {
    GET: handlerOf(routes.GET),
    POST: handlerOf(routes.POST),
    PUT: refuseMethod(allowed),
    PATCH: refuseMethod(allowed),
    DELETE: refuseMethod(allowed),
    OPTIONS: tellMethods(allowed),
  };
}

/** Next.js handlers for paths that are no route: 404 as problem+json, whatever the method. */
export function serveNotFound(): Record<Method, NextHandler> {
  const notFound: NextHandler = async (request) => {
    const requestId = requestIdOf(request.headers);
    const error = new AppError("not_found", "There is no such route. See /openapi.json.");
    const problem = toProblem(error, requestId, new URL(request.url).pathname);
    return textResponse(problem, requestId);
  };
  return {
    GET: notFound,
    POST: notFound,
    PUT: notFound,
    PATCH: notFound,
    DELETE: notFound,
    OPTIONS: notFound,
  };
}
