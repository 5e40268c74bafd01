import { z } from "zod";
import {
  MESSAGE_CONTENTS,
  MESSAGE_VERSION,
  MessageEnvelope,
  type MessageType,
} from "@/server/contracts";

/** Where the schema of messages is published. */
export const MESSAGE_SCHEMA_PATH = `/agent/message/schema/v${MESSAGE_VERSION}`;

type JsonSchema = Record<string, unknown>;

/** What a sender may write: defaults may be left out. A named schema is written in place, not as a reference. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, $ref, $defs = {}, ...rest } = z.toJSONSchema(schema, { io: "input" });
  const named = $defs[$ref?.replace("#/$defs/", "") ?? ""] ?? {};
  const { id: __, ...whole } = { ...named, ...rest };
  return whole;
}

/** The content of each type of message, by its name. */
export function contentSchemas(): Record<MessageType, JsonSchema> {
  const entries = Object.entries(MESSAGE_CONTENTS).map(([type, schema]) => [
    type,
    toJsonSchema(schema),
  ]);
  // One entry each of the same keys.
  return Object.fromEntries(entries) as Record<MessageType, JsonSchema>;
}

/**
 * JSON Schema (2020-12) of a message: the envelope, and of each known type its content. A type it does not
 * name is a valid message too (of a later version), as is any further field.
 */
export function messageSchema(): JsonSchema {
  const contents = contentSchemas();
  const envelope = toJsonSchema(MessageEnvelope);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: MESSAGE_SCHEMA_PATH,
    title: `Multi-agent Cooperation Protocol, version ${MESSAGE_VERSION}`,
    ...envelope,
    allOf: Object.keys(contents).map((type) => ({
      if: { properties: { message_type: { const: type } }, required: ["message_type"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { content: { $ref: `#/$defs/${type}` } } },
    })),
    $defs: contents,
  };
}
