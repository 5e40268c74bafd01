import { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEMS } from "@/server/contracts";
import { AppError, toAppError } from "@/server/platform";
import { methodNotAllowed, problemResponse } from "../http";
import type { Route } from "./define-route";
import { frameRequest, refuseInvalid } from "./guards";
import type { RestEnv } from "./services";

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

/** Routes as one app: framed requests, problems instead of errors, 404 and 405 for the rest. */
export function createRestApp(
  routes: readonly Route[],
  registerBefore: (app: OpenAPIHono<RestEnv>) => void,
): OpenAPIHono<RestEnv> {
  const app = new OpenAPIHono<RestEnv>({ defaultHook: refuseInvalid });
  registerBefore(app);
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
