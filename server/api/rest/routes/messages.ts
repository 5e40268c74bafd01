import { z } from "zod";
import { MESSAGE_SIGNATURE_HEADER, MessageReceipt, MessageType } from "@/server/contracts";
import { actorKey } from "@/server/identity";
import { acceptSignedMessage, MESSAGE_SCHEMA_PATH, messageSchema } from "@/server/messaging";
import { callerOf, countRequest } from "../../http";
import { answer, defineRoute } from "../define-route";
import { MESSAGE_GUARDS } from "../message-guards";
import { contentName } from "../openapi";

const shape = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The envelope, and of each known type its content. */
const MESSAGE = {
  allOf: [
    shape("MessageEnvelope"),
    ...MessageType.options.map((type) => ({
      if: { properties: { message_type: { const: type } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { content: shape(contentName(type)) } },
    })),
  ],
};

export const messageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/message",
    operationId: "receiveMessage",
    tags: ["Messages"],
    summary: "Receive a message of another agent",
    description:
      "Takes the envelope of the Multi-agent Cooperation Protocol. A message is stored once, by " +
      "its sender and `message_id`; a repeat is answered as a duplicate. With the header " +
      `\`${MESSAGE_SIGNATURE_HEADER}\` no other credential is needed: the signature must be made over ` +
      "the very bytes of the body, with a key that the directory lists for `sender.agent_id`, which " +
      "speaks for the product and domain it is registered with. Without it, an agent's token must be " +
      "the sender's; an API key sends in the name it was made with (where MCP_UNSIGNED_MESSAGES allows " +
      "it). The recipient is this agent and its product. A message that is refused tells why in " +
      "`details.reason`; `unknown_agent` and `unknown_key` are worth a retry, as the directory may be " +
      "behind. Unknown fields are kept.",
    permission: "message.send",
    sentHeaders: [
      {
        name: MESSAGE_SIGNATURE_HEADER,
        in: "header" as const,
        description:
          "Compact JWS without its payload (RFC 7515, appendix F): `alg` is `EdDSA`, `kid` names the key.",
        schema: { type: "string" as const, maxLength: 4000 },
      },
    ],
    request: { body: { required: true, content: { "application/json": { schema: MESSAGE } } } },
    responses: { 202: answer("The message is stored.", MessageReceipt) },
    errors: ["not_found", "idempotency_mismatch"],
  },
  async (c) => {
    const { ctx, bodyText: text = "" } = c.var;
    const signature = c.req.header(MESSAGE_SIGNATURE_HEADER) ?? null;
    if (signature === null) {
      const receipt = await acceptSignedMessage({ ctx, input: { text, signature, via: "http" } });
      return c.json(receipt, 202);
    }
    // Counted against the sender once that is sure, and against its network when it never was.
    const network = callerOf(null, c.req.raw);
    let caller = network;
    const input = {
      ...{ text, signature, via: "http" as const },
      admit: async (sender: Parameters<typeof actorKey>[0]) => {
        caller = actorKey(sender);
        await countRequest({ ctx, input: { caller } });
      },
    };
    try {
      return c.json(await acceptSignedMessage({ ctx, input }), 202);
    } catch (error) {
      if (caller === network) await countRequest({ ctx, input: { caller } });
      throw error;
    }
  },
  MESSAGE_GUARDS,
);

/** Described by its own standard. */
const JsonSchema = z.record(z.string(), z.unknown());
const SCHEMA_SECONDS = 3600;

export const messageSchemaRoute = defineRoute(
  {
    method: "get",
    path: MESSAGE_SCHEMA_PATH,
    operationId: "getMessageSchema",
    tags: ["Messages"],
    summary: "JSON Schema of messages",
    description:
      "The envelope and the content of each type of message, of this version of the protocol. Stable: " +
      "what does not fit it any more has another version and address.",
    permission: null,
    limiter: "none",
    responses: {
      200: answer("The schema (JSON Schema 2020-12).", JsonSchema, {
        "Cache-Control": "How long it may be kept.",
      }),
    },
  },
  async (c) => {
    c.header("cache-control", `public, max-age=${SCHEMA_SECONDS}`);
    return c.json(messageSchema(), 200);
  },
);
