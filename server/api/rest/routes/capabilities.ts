import { z } from "zod";
import { AnalyzeRequest, ChangeKind, MessageType } from "@/server/contracts";
import { askStatus } from "@/server/models";
import { env } from "@/server/platform";
import { defineRoute } from "../define-route";
import { WAIT_SECONDS_MAX } from "../parameters";

const PROTOCOL_VERSION = "1.0";

const Capabilities = z.object({
  agent_id: z.string(),
  product_id: z.string(),
  protocol: z.object({ name: z.string(), version: z.string() }),
  /** True when a data product is attached, so that suggestions are measured. */
  can_measure: z.boolean(),
  /** The model that orders and estimates; null: rules alone, because none is there or it is down. */
  model: z.string().nullable(),
  operation_types: z.array(z.string()),
  change_kinds: z.array(z.string()),
  message_types_accepted: z.array(z.string()),
  authentication: z.array(z.string()),
  limits: z.object({
    request_bytes_max: z.number().int(),
    requests_concurrent_max: z.number().int(),
    wait_seconds_max: z.number().int(),
  }),
  links: z.object({ openapi: z.string(), reference: z.string() }),
});

export const capabilitiesRoute = defineRoute({
  method: "GET",
  path: "/agent/capabilities",
  operationId: "getCapabilities",
  tag: "Agent",
  summary: "List agent capabilities",
  description: "Who this agent is, what it can propose, which messages it takes, and its limits.",
  permission: "product.read",
  answers: { 200: { description: "The capabilities.", schema: Capabilities } },
  async handler() {
    const settings = env();
    const model = await askStatus();
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
        wait_seconds_max: WAIT_SECONDS_MAX,
      },
      links: { openapi: "/openapi.json", reference: "/reference" },
    };
    return { status: 200, body };
  },
});
