import { KeysView } from "@/components/settings/keys-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "API keys" };

export default async function KeysPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.keys.list.queryOptions()),
    queryClient.prefetchQuery(trpc.keys.tokens.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <KeysView />
    </Hydrate>
  );
}
