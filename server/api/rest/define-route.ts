import { createRoute, type OpenAPIHono, type RouteHandler } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import { authenticateCaller, limitCaller, limitConcurrency, readJsonBody } from "./guards";
import { idempotent } from "./idempotency";
import { completeOperation, type RouteDeclaration } from "./openapi";
import type { RestEnv } from "./services";

export interface Route {
  declaration: RouteDeclaration;
  register(app: OpenAPIHono<RestEnv>): void;
}

function guardsOf(declaration: RouteDeclaration): MiddlewareHandler<RestEnv>[] {
  const { method, path, limiter = "requests", permission, request } = declaration;
  const named: MiddlewareHandler<RestEnv> = async (c, next) => {
    c.set("route", path);
    await next();
  };
  return [
    named,
    ...(limiter === "none" ? [] : [limitConcurrency(limiter)]),
    authenticateCaller(permission),
    ...(limiter === "none" ? [] : [limitCaller(limiter)]),
    ...(method === "post" ? [readJsonBody(request?.body?.required === true), idempotent] : []),
  ];
}

/**
 * One route: what it takes, answers and needs. Its guards, its validation and its part of the
 * OpenAPI document are all made from the declaration; the handler calls one verb and answers.
 */
export function defineRoute<const Declaration extends RouteDeclaration>(
  declaration: Declaration,
  handler: RouteHandler<Declaration, RestEnv>,
): Route {
  return {
    declaration,
    register(app) {
      const middleware = guardsOf(declaration);
      const config = createRoute({ ...completeOperation(declaration), middleware });
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
