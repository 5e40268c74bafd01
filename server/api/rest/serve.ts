import { defaultServices } from "./default-services";
import type { Route, RouteMethod } from "./define-route";
import { serveWith } from "./serve-with";

/** Handlers of one path on this process's services: what a route file of Next.js exports. */
export function serve(routes: Partial<Record<RouteMethod, Route>>) {
  return serveWith(defaultServices, routes);
}
