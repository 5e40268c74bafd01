import { RetentionView } from "@/components/settings/retention-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Retention" };

export default async function RetentionPage() {
  const { trpc, queryClient } = await createServerApi();
  await queryClient.prefetchQuery(trpc.retention.list.queryOptions());
  return (
    <Hydrate queryClient={queryClient}>
      <RetentionView />
    </Hydrate>
  );
}
