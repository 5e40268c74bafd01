import type { Metadata } from "next";
import { cache } from "react";
import { ConversationView } from "@/components/conversations/conversation-view";
import { titleOfTab } from "@/components/conversations/wording";
import { createServerApi, Hydrate, rejectUnknownId } from "@/components/trpc/hydrate";

interface Props {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { conversation } = await load((await params).id);
  return { title: conversation === undefined ? "Conversation" : titleOfTab(conversation) };
}

export default async function ConversationPage({ params }: Props) {
  const { id } = await params;
  const { queryClient } = await load(id);
  return (
    <Hydrate queryClient={queryClient}>
      <ConversationView conversationId={id} />
    </Hydrate>
  );
}

/** What page and title share. */
const load = cache(async (id: string) => {
  const { trpc, queryClient } = await createServerApi();
  const conversation = await queryClient
    .fetchQuery(trpc.conversations.get.queryOptions({ conversation_id: id }))
    .catch(rejectUnknownId);
  return { queryClient, conversation };
});
