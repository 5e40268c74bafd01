import { restApp } from "./app";
import { webServices } from "./services";

export { openApiDocument } from "./app";
export type { OpenApiDocument } from "./openapi";

/** A request answered on the web process's services: what the route files of Next.js export. */
export async function handleRestRequest(request: Request): Promise<Response> {
  return restApp.fetch(request, webServices());
}
export { createRestServices } from "./services";
