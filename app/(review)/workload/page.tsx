import type { Metadata } from "next";
import { cache } from "react";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";
import { WorkloadView } from "@/components/workload/workload-view";

export async function generateMetadata(): Promise<Metadata> {
  const { trpc, queryClient } = await load();
  const product = queryClient.getQueryData(trpc.product.overview.queryKey());
  return { title: product ? `Workload of ${product.product_id}` : "Workload" };
}

export default async function WorkloadPage() {
  const { queryClient } = await load();
  return (
    <Hydrate queryClient={queryClient}>
      <WorkloadView />
    </Hydrate>
  );
}

/** What page and title share. */
const load = cache(async () => {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.product.overview.queryOptions()),
    queryClient.prefetchQuery(trpc.product.patterns.queryOptions()),
  ]);
  return { trpc, queryClient };
});
