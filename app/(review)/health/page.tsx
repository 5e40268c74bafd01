import { HealthView } from "@/components/health/health-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Health" };

export default async function HealthPage() {
  const { trpc, queryClient } = await createServerApi();
  await queryClient.prefetchQuery(trpc.health.check.queryOptions());
  return (
    <Hydrate queryClient={queryClient}>
      <HealthView />
    </Hydrate>
  );
}
