import { z } from "zod";
import {
  DeliveryStatus,
  ListMessages,
  MessagePage,
  RefuseMessage,
  StoredMessageDetail,
} from "@/server/contracts";
import {
  discardMessage,
  getMessage,
  listMessages,
  refuseMessage,
  releaseMessage,
  replayMessage,
} from "@/server/messaging";
import { answer, defineRoute, jsonBody } from "../define-route";
import { MessageParams, MessagesQuery } from "../parameters";

export const listMessagesRoute = defineRoute(
  {
    method: "get",
    path: "/agent/messages",
    operationId: "listMessages",
    tags: ["Messages"],
    summary: "List messages from and to other agents",
    description:
      "Newest first, without what they say. `state=dead` lists the dead letters: each says why it was " +
      "given up, and is kept until an administrator replays or discards it. `state=quarantined` lists what " +
      "was held as a possible prompt injection (where MCP_SUSPECT_MESSAGES is `quarantine`).",
    permission: "message.manage",
    request: { query: MessagesQuery },
    responses: { 200: answer("One page.", MessagePage) },
  },
  async (c) => {
    const { state: delivery_status, ...rest } = c.req.valid("query");
    const input = ListMessages.parse({
      ...(delivery_status?.length ? { delivery_status } : {}),
      ...rest,
    });
    return c.json(await listMessages({ ctx: c.var.ctx, input }), 200);
  },
);

export const getMessageRoute = defineRoute(
  {
    method: "get",
    path: "/agent/messages/{id}",
    operationId: "getMessage",
    tags: ["Messages"],
    summary: "One message with all that was said",
    description:
      "By its record id. A message of a conversation is for whoever reads that one; any other is for " +
      "administrators, and does not exist for the rest.",
    permission: "conversation.read",
    request: { params: MessageParams },
    responses: { 200: answer("The message.", StoredMessageDetail) },
    errors: ["not_found"],
  },
  async (c) => {
    const { id: record_id } = c.req.valid("param");
    return c.json(await getMessage({ ctx: c.var.ctx, input: { record_id } }), 200);
  },
);

const Decided = z
  .object({ record_id: z.uuid(), delivery_status: DeliveryStatus })
  .meta({ id: "DecidedMessage" });

/** Nothing is said but which message: fields that it does not know are refused, as everywhere. */
const DecideMessage = z.strictObject({}).meta({ id: "DecideMessage" });

export const replayMessageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/messages/{id}/replay",
    operationId: "replayMessage",
    tags: ["Messages"],
    summary: "Deliver or handle a dead message once more",
    description:
      "One of ours is `queued` again, another agent's `received`, with all attempts; one that has " +
      "expired gets as much time as it had.",
    permission: "message.manage",
    request: { params: MessageParams, body: jsonBody(DecideMessage, true) },
    responses: { 200: answer("Its new state.", Decided) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const { id: record_id } = c.req.valid("param");
    return c.json(await replayMessage({ ctx: c.var.ctx, input: { record_id } }), 200);
  },
);

export const discardMessageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/messages/{id}/discard",
    operationId: "discardMessage",
    tags: ["Messages"],
    summary: "Give up a dead message for good",
    description: "It stays for 30 days, for people who ask what happened.",
    permission: "message.manage",
    request: { params: MessageParams, body: jsonBody(DecideMessage, true) },
    responses: { 200: answer("Its new state.", Decided) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const { id: record_id } = c.req.valid("param");
    return c.json(await discardMessage({ ctx: c.var.ctx, input: { record_id } }), 200);
  },
);

export const releaseMessageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/messages/{id}/release",
    operationId: "releaseMessage",
    tags: ["Messages"],
    summary: "Handle a message after all that was held as suspect",
    description:
      "It is `received` again, and handled as if it had arrived now, within its ttl. One that has expired " +
      "is a dead letter instead.",
    permission: "message.manage",
    request: { params: MessageParams, body: jsonBody(DecideMessage, true) },
    responses: { 200: answer("Its new state.", Decided) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const { id: record_id } = c.req.valid("param");
    return c.json(await releaseMessage({ ctx: c.var.ctx, input: { record_id } }), 200);
  },
);

export const refuseMessageRoute = defineRoute(
  {
    method: "post",
    path: "/agent/messages/{id}/refuse",
    operationId: "refuseMessage",
    tags: ["Messages"],
    summary: "Refuse a message that was held as suspect",
    description: "It is not handled, and its sender is told the reason in an `error` message.",
    permission: "message.manage",
    request: { params: MessageParams, body: jsonBody(RefuseMessage) },
    responses: { 200: answer("Its new state.", Decided) },
    errors: ["not_found", "conflict"],
  },
  async (c) => {
    const { id: record_id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    return c.json(await refuseMessage({ ctx: c.var.ctx, input: { record_id, reason } }), 200);
  },
);
