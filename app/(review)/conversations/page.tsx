import { ConversationsView } from "@/components/conversations/conversations-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Conversations" };

export default async function ConversationsPage() {
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  await queryClient.prefetchInfiniteQuery(
    trpc.conversations.list.infiniteQueryOptions({}, options),
  );
  return (
    <Hydrate queryClient={queryClient}>
      <ConversationsView />
    </Hydrate>
  );
}
