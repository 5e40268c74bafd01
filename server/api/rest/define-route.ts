import { createRoute, type OpenAPIHono, type RouteHandler } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { authenticateCaller, limitCaller, limitConcurrency, readJsonBody } from "./guards";
import { idempotent } from "./idempotency";
import { completeOperation, isSending, type RouteDeclaration } from "./openapi";
import type { RestEnv } from "./services";

export interface Route {
  declaration: RouteDeclaration;
  register(app: OpenAPIHono<RestEnv>): void;
}

/** Guards that a route has in place of the usual ones. */
export interface OwnGuards {
  /** Says who calls. */
  authenticate?: MiddlewareHandler<RestEnv>;
  /** Counts the request against its caller. */
  limit?: MiddlewareHandler<RestEnv>;
  /** Keeps the body as text (`bodyText`): it is not parsed, and validated by the verb alone. */
  readText?: MiddlewareHandler<RestEnv>;
}

function guardsOf(declaration: RouteDeclaration, own: OwnGuards): MiddlewareHandler<RestEnv>[] {
  const { method, path, limiter = "requests", permission, request } = declaration;
  const named: MiddlewareHandler<RestEnv> = async (c, next) => {
    c.set("route", path);
    await next();
  };
  const reads = own.readText ?? readJsonBody(request?.body?.required === true);
  return [
    named,
    ...(limiter === "none" ? [] : [limitConcurrency(limiter)]),
    own.authenticate ?? authenticateCaller(permission),
    ...(limiter === "none" ? [] : [own.limit ?? limitCaller(limiter)]),
    ...(isSending(method) ? [reads, idempotent] : []),
  ];
}

/** What is validated before the handler runs: everything, or all but a body that the verb reads itself. */
function validated(config: ReturnType<typeof completeOperation>, own: OwnGuards) {
  if (own.readText === undefined) return config;
  const { body: _, ...request } = config.request ?? {};
  return { ...config, request, hide: true };
}

/**
 * One route: what it takes, answers and needs. Its guards, its validation and its part of the
 * OpenAPI document are all made from the declaration; the handler calls one verb and answers.
 */
export function defineRoute<const Declaration extends RouteDeclaration>(
  declaration: Declaration,
  handler: RouteHandler<Declaration, RestEnv>,
  own: OwnGuards = {},
): Route {
  return {
    declaration,
    register(app) {
      const middleware = guardsOf(declaration, own);
      const complete = completeOperation(declaration);
      if (own.readText !== undefined) app.openAPIRegistry.registerPath(complete);
      const config = createRoute({ ...validated(complete, own), middleware });
      // The completed configuration validates exactly what the declaration, and so the handler, names.
      app.openapi(config, handler as unknown as RouteHandler<typeof config, RestEnv>);
    },
  };
}

/** A documented JSON answer. */
export function answer<Schema extends z.ZodType>(
  description: string,
  schema: Schema,
  headers: Record<string, string> = {},
) {
  const documented = Object.entries(headers).map(([name, text]) => [
    name,
    { description: text, schema: { type: "string" as const } },
  ]);
  return {
    description,
    content: { "application/json": { schema } },
    headers: Object.fromEntries(documented),
  };
}

/** A JSON body; `isOptional`: a request without one counts as `{}`. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema, isOptional = false) {
  return { required: !isOptional, content: { "application/json": { schema } } };
}
