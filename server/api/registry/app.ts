import type { OpenAPIHono } from "@hono/zod-openapi";

import { createRestApp } from "../rest/create-app";
import type { Route } from "../rest/define-route";
import { createOpenApiDocument, type OpenApiDocument } from "../rest/openapi";
import { defineOpenApiRoute } from "../rest/routes/agent";
import type { RestEnv } from "../rest/services";
import {
  changesRoute,
  domainsRoute,
  healthRoute,
  heartbeatRoute,
  listAgentsRoute,
  registerRoute,
  removeRoute,
  stopRoute,
  updateRoute,
} from "./routes";

const DESCRIPTION = {
  title: "Registry of agents",
  description:
    "Who the agents of the Multi-agent Cooperation Protocol are: their products, domains, addresses and " +
    "public keys. Errors are problem+json (RFC 9457) with a stable `code`.",
};

function registerCredentials({ openAPIRegistry }: OpenAPIHono<RestEnv>): void {
  openAPIRegistry.registerComponent("securitySchemes", "agentToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "Made by the agent for one call (EdDSA, a registered key): `iss` and `sub` are its id, `aud` is " +
      "`registry`, `jti` is used once, and it lives for two minutes at most. Administrators call with the " +
      "tokens and API keys of a sidecar on the same database.",
  });
}

let document: OpenApiDocument | undefined;

/** The OpenAPI 3.1 document of the registry. */
export function registryDocument(): OpenApiDocument {
  document ??= createOpenApiDocument(registryApp, DESCRIPTION);
  return document;
}

/** Every route of the registry, in the order of the published document. */
const REGISTRY_ROUTES: readonly Route[] = [
  healthRoute,
  defineOpenApiRoute(registryDocument),
  registerRoute,
  updateRoute,
  heartbeatRoute,
  stopRoute,
  removeRoute,
  listAgentsRoute,
  domainsRoute,
  changesRoute,
];

/** The registry's REST interface: `registryApp.fetch(request, services)`. */
export const registryApp = createRestApp(REGISTRY_ROUTES, registerCredentials);
