import type { Metadata } from "next";
import { Inbox } from "@/components/inbox/inbox";
import { countInput, listInput, readQuery } from "@/components/inbox/inbox-query";
import { titleOfTab } from "@/components/inbox/tabs";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

async function currentQuery({ searchParams }: Props) {
  const params = Object.entries(await searchParams).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => [name, value]),
  );
  return readQuery(new URLSearchParams(params));
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: titleOfTab((await currentQuery(props)).tab) };
}

export default async function InboxPage(props: Props) {
  const current = await currentQuery(props);
  const { trpc, queryClient } = await createServerApi();
  const options = { getNextPageParam: () => undefined };
  await Promise.all([
    queryClient.prefetchInfiniteQuery(
      trpc.suggestions.list.infiniteQueryOptions(listInput(current), options),
    ),
    queryClient.prefetchQuery(trpc.suggestions.counts.queryOptions(countInput())),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <Inbox />
    </Hydrate>
  );
}
