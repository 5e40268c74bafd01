import {
  CancelConversation,
  ConversationDetail,
  ConversationPage,
  ListConversations,
  ReviseConversation,
  StartConversation,
} from "@/server/contracts";
import {
  cancelConversation,
  getConversation,
  listConversations,
  reviseConversation,
  startConversation,
} from "@/server/conversations";
import { answer, defineRoute, jsonBody } from "../define-route";
import { ConversationParams, ConversationsQuery } from "../parameters";

export const startConversationRoute = defineRoute(
  {
    method: "post",
    path: "/agent/conversations",
    operationId: "startConversation",
    tags: ["Conversations"],
    summary: "Begin a conversation with other agents",
    description:
      "A schema change is tested on a copy of our own data first, then proposed to all agents that " +
      "`targets` name; it is executed once all have accepted and a person has approved it here. Every " +
      "other kind is one question to each of them. `subject` is the content of the first message. " +
      "Unknown fields of the body are ignored.",
    permission: "conversation.start",
    request: { body: jsonBody(StartConversation) },
    responses: {
      201: answer("The conversation.", ConversationDetail, {
        Location: "Where the conversation is read.",
      }),
    },
    errors: ["not_found", "not_executable", "unavailable"],
  },
  async (c) => {
    const conversation = await startConversation({ ctx: c.var.ctx, input: c.req.valid("json") });
    const location = `/agent/conversations/${conversation.conversation_id}`;
    return c.json(conversation, 201, { location });
  },
);

export const listConversationsRoute = defineRoute(
  {
    method: "get",
    path: "/agent/conversations",
    operationId: "listConversations",
    tags: ["Conversations"],
    summary: "List conversations",
    description: "Newest first, without their steps. `next_cursor` leads to the next page.",
    permission: "conversation.read",
    request: { query: ConversationsQuery },
    responses: { 200: answer("One page.", ConversationPage) },
  },
  async (c) => {
    const input = ListConversations.parse(c.req.valid("query"));
    return c.json(await listConversations({ ctx: c.var.ctx, input }), 200);
  },
);

export const getConversationRoute = defineRoute(
  {
    method: "get",
    path: "/agent/conversations/{id}",
    operationId: "getConversation",
    tags: ["Conversations"],
    summary: "Read a conversation",
    description: "Its parties, their answers and evidence, and the arrows of its sequence diagram.",
    permission: "conversation.read",
    request: { params: ConversationParams },
    responses: { 200: answer("The conversation.", ConversationDetail) },
    errors: ["not_found"],
  },
  async (c) => {
    const input = { conversation_id: c.req.valid("param").id };
    return c.json(await getConversation({ ctx: c.var.ctx, input }), 200);
  },
);

export const reviseConversationRoute = defineRoute(
  {
    method: "post",
    path: "/agent/conversations/{id}/revise",
    operationId: "reviseConversation",
    tags: ["Conversations"],
    summary: "Take up a counter-proposal",
    description:
      "The change that the counter-proposal names is tested on a copy of our own data, and then " +
      "proposed to all. `agent_id` names whose, where several made one. Unknown fields are refused.",
    permission: "conversation.start",
    request: { params: ConversationParams, body: jsonBody(ReviseConversation, true) },
    responses: { 200: answer("The conversation.", ConversationDetail) },
    errors: ["not_found", "conflict", "not_executable", "unavailable"],
  },
  async (c) => {
    const input = { conversation_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await reviseConversation({ ctx: c.var.ctx, input }), 200);
  },
);

export const cancelConversationRoute = defineRoute(
  {
    method: "post",
    path: "/agent/conversations/{id}/cancel",
    operationId: "cancelConversation",
    tags: ["Conversations"],
    summary: "End a conversation, or withdraw from it",
    description:
      "Before anything was executed here. Whoever began it calls it off, and everybody who was asked is told; " +
      "whoever was asked withdraws, and the one who asked is told. A change that was executed there " +
      "meanwhile is rolled back. Unknown fields are refused.",
    permission: "conversation.start",
    request: { params: ConversationParams, body: jsonBody(CancelConversation, true) },
    responses: { 200: answer("The conversation.", ConversationDetail) },
    errors: ["not_found", "conflict", "unavailable"],
  },
  async (c) => {
    const input = { conversation_id: c.req.valid("param").id, ...c.req.valid("json") };
    return c.json(await cancelConversation({ ctx: c.var.ctx, input }), 200);
  },
);
