import { ConversationDetail, ConversationPage, ListConversations } from "@/server/contracts";
import { getConversation, listConversations } from "@/server/conversations";
import { answer, defineRoute } from "../define-route";
import { ConversationParams, ConversationsQuery } from "../parameters";

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
