import { DeadLettersView } from "@/components/messages/dead-letters-view";
import { DEAD, QUARANTINED } from "@/components/messages/wording";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Dead letters" };

export default async function DeadLettersPage() {
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  await Promise.all([
    queryClient.prefetchInfiniteQuery(trpc.messages.list.infiniteQueryOptions(DEAD, options)),
    queryClient.prefetchInfiniteQuery(
      trpc.messages.list.infiniteQueryOptions(QUARANTINED, options),
    ),
    queryClient.prefetchQuery(trpc.messages.figures.queryOptions()),
    queryClient.prefetchQuery(trpc.messages.refusals.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <DeadLettersView />
    </Hydrate>
  );
}
