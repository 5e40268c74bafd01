import { createServerApi, Hydrate } from "@/components/trpc/hydrate";
import { WorkloadView } from "@/components/workload/workload-view";

export const metadata = { title: "Workload" };

export default async function WorkloadPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.product.overview.queryOptions()),
    queryClient.prefetchQuery(trpc.product.patterns.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <WorkloadView />
    </Hydrate>
  );
}
