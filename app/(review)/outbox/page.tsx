import { OutboxView } from "@/components/notifications/outbox-view";
import { ALL_DELIVERIES } from "@/components/notifications/wording";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Notifications" };

export default async function OutboxPage() {
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.notifications.list.infiniteQueryOptions(ALL_DELIVERIES, options),
    ),
    queryClient.prefetchQuery(trpc.notifications.channels.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <OutboxView />
    </Hydrate>
  );
}
