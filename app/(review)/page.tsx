import { Inbox } from "@/components/inbox/inbox";
import { findTab, INBOX_TABS, listInput } from "@/components/inbox/tabs";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Inbox" };

export default async function InboxPage(props: {
  searchParams: Promise<{ tab?: string | string[] }>;
}) {
  const { tab } = await props.searchParams;
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  const current = findTab(typeof tab === "string" ? tab : null);
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.suggestions.list.infiniteQueryOptions(listInput(current), options),
    ),
    ...INBOX_TABS.filter((each) => each.states !== undefined).map((each) =>
      queryClient.prefetchQuery(
        trpc.suggestions.list.queryOptions({ ...listInput(each), limit: 50 }),
      ),
    ),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <Inbox />
    </Hydrate>
  );
}
