import { z } from "zod";
import { AnalyzeRequest, ChangeKind, MessageType } from "@/server/contracts";
import { getJwks } from "@/server/identity";
import { askStatus } from "@/server/models";
import { checkHealth, HealthCheck, ProcessHealth } from "@/server/telemetry";
import { answer, defineRoute } from "../define-route";
import type { OpenApiDocument } from "../openapi";
import { WAIT_SECONDS_MAX } from "../parameters";

const PROTOCOL_VERSION = "1.0";

const Health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  agent_id: z.string(),
  checks: z.record(z.string(), HealthCheck),
  processes: z.array(ProcessHealth),
  checked_at: z.iso.datetime(),
});

function overall(checks: Record<string, HealthCheck>): z.infer<typeof Health>["status"] {
  const found = Object.values(checks).map(({ status }) => status);
  if (found.includes("down")) return "down";
  return found.every((status) => status === "ok") ? "ok" : "degraded";
}

export const healthRoute = defineRoute(
  {
    method: "get",
    path: "/agent/health",
    operationId: "getHealth",
    tags: ["Agent"],
    summary: "Health check for the agent",
    description:
      "Open to everybody, answered within about a second. `degraded` still serves: the data " +
      "product is as it was last observed, the prover as its queue shows.",
    permission: null,
    // A probe must get through when everything else is told to wait.
    limiter: "none",
    responses: {
      200: answer("The agent serves.", Health),
      503: answer("The database does not answer.", Health),
    },
  },
  async (c) => {
    const { ctx } = c.var;
    const { checks, processes } = await checkHealth({ ctx });
    const status = overall(checks);
    const checked_at = ctx.clock.now().toISOString();
    const body = { status, agent_id: ctx.settings.AGENT_ID, checks, processes, checked_at };
    return c.json(body, status === "down" ? 503 : 200);
  },
);

const Capabilities = z.object({
  agent_id: z.string(),
  product_id: z.string(),
  protocol: z.object({ name: z.string(), version: z.string() }),
  can_measure: z
    .boolean()
    .describe("True when a data product is attached, so that suggestions are measured."),
  model: z
    .string()
    .nullable()
    .describe(
      "The model that orders and estimates; null: rules alone, none is there or it is down.",
    ),
  operation_types: z.array(z.string()),
  change_kinds: z.array(z.string()),
  message_types_accepted: z.array(z.string()),
  authentication: z.array(z.string()),
  limits: z.object({
    request_bytes_max: z.number().int(),
    requests_concurrent_max: z.number().int(),
    requests_concurrent_per_caller_max: z.number().int(),
    event_streams_per_caller_max: z.number().int(),
    requests_per_minute_max: z.number().int().describe("Of one caller; beyond it, 429."),
    request_body_seconds_max: z.number(),
    proofs_open_per_caller_max: z.number().int(),
    wait_seconds_max: z.number().int(),
  }),
  links: z.object({ openapi: z.string(), reference: z.string() }),
});

export const capabilitiesRoute = defineRoute(
  {
    method: "get",
    path: "/agent/capabilities",
    operationId: "getCapabilities",
    tags: ["Agent"],
    summary: "List agent capabilities",
    description: "Who this agent is, what it can propose, which messages it takes, and its limits.",
    permission: "product.read",
    responses: { 200: answer("The capabilities.", Capabilities) },
  },
  async (c) => {
    const { settings } = c.var.ctx;
    const model = await askStatus({ ctx: c.var.ctx });
    const body: z.infer<typeof Capabilities> = {
      agent_id: settings.AGENT_ID,
      product_id: settings.DATA_PRODUCT_ID,
      protocol: { name: "Multi-agent Cooperation Protocol", version: PROTOCOL_VERSION },
      can_measure: settings.DATA_PRODUCT_API !== undefined,
      model: model.state === "up" ? model.status.model.name : null,
      operation_types: AnalyzeRequest.shape.operation_type.options,
      change_kinds: ChangeKind.options,
      message_types_accepted: MessageType.options,
      authentication: ["bearer-jwt", "api-key", "session-cookie"],
      limits: {
        request_bytes_max: settings.REQUEST_BYTES_MAX,
        requests_concurrent_max: settings.REQUESTS_CONCURRENT_MAX,
        requests_concurrent_per_caller_max: settings.REQUESTS_CONCURRENT_PER_CALLER_MAX,
        event_streams_per_caller_max: settings.EVENT_STREAMS_PER_CALLER_MAX,
        requests_per_minute_max: settings.REQUESTS_PER_MINUTE_MAX,
        request_body_seconds_max: settings.REQUEST_BODY_SECONDS_MAX,
        proofs_open_per_caller_max: settings.PROOFS_OPEN_PER_CALLER_MAX,
        wait_seconds_max: WAIT_SECONDS_MAX,
      },
      links: { openapi: "/openapi.json", reference: "/reference" },
    };
    return c.json(body, 200);
  },
);

/** Short: after a rotation, a product that meets an unknown key id must find the new key here. */
const JWKS_SECONDS = 60;

const PublicKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().describe("The 32 bytes of the public key, base64url."),
  kid: z.string().describe("Its thumbprint (RFC 7638)."),
  alg: z.literal("EdDSA"),
  use: z.literal("sig"),
});
const PublicKeys = z.object({ keys: z.array(PublicKey) });

export const jwksRoute = defineRoute(
  {
    method: "get",
    path: "/.well-known/jwks.json",
    operationId: "getJwks",
    tags: ["Agent"],
    summary: "The sidecar's public keys",
    description:
      "What data products and other agents check the sidecar's tokens with (RFC 7517): the key in " +
      "use, then retired ones whose tokens may still be valid.",
    permission: null,
    limiter: "none",
    responses: {
      200: answer("The keys.", PublicKeys, { "Cache-Control": "How long they may be kept." }),
    },
  },
  async (c) => {
    const body = PublicKeys.parse(await getJwks({ ctx: c.var.ctx }));
    c.header("cache-control", `public, max-age=${JWKS_SECONDS}`);
    return c.json(body, 200);
  },
);

/** Described by its own standard. */
const Document = z.custom<OpenApiDocument>().meta({ type: "object" });

/** The route that publishes all routes, itself included. */
export const defineOpenApiRoute = (document: () => OpenApiDocument) =>
  defineRoute(
    {
      method: "get",
      path: "/openapi.json",
      operationId: "getOpenApi",
      tags: ["Agent"],
      summary: "This description",
      description: "OpenAPI 3.1 of everything here, made from the schemas that check requests.",
      permission: null,
      limiter: "none",
      responses: { 200: answer("The document.", Document) },
    },
    async (c) => c.json(document(), 200),
  );
