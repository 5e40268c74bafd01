import { DeadLettersView } from "@/components/messages/dead-letters-view";
import { DEAD } from "@/components/messages/wording";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Dead letters" };

export default async function DeadLettersPage() {
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.messages.list.infiniteQueryOptions(DEAD, options)),
    queryClient.prefetchQuery(trpc.messages.figures.queryOptions()),
    queryClient.prefetchQuery(trpc.messages.refusals.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <DeadLettersView />
    </Hydrate>
  );
}
