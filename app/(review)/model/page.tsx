import { ModelView } from "@/components/model/model-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Model" };

export default async function ModelPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.model.status.queryOptions()),
    queryClient.prefetchQuery(trpc.model.list.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <ModelView />
    </Hydrate>
  );
}
