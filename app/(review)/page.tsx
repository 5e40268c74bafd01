import type { Metadata } from "next";
import { Inbox } from "@/components/inbox/inbox";
import { findTab, INBOX_TABS, listInput, titleOfTab } from "@/components/inbox/tabs";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

interface Props {
  searchParams: Promise<{ tab?: string | string[] }>;
}

async function currentTab({ searchParams }: Props) {
  const { tab } = await searchParams;
  return findTab(typeof tab === "string" ? tab : null);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: titleOfTab(await currentTab(props)) };
}

export default async function InboxPage(props: Props) {
  const current = await currentTab(props);
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
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
