import { PoliciesView } from "@/components/policy/policies-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Policies" };

export default async function PoliciesPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.policy.get.queryOptions()),
    queryClient.prefetchQuery(trpc.policy.versions.queryOptions()),
    queryClient.prefetchQuery(trpc.policy.stop.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <PoliciesView />
    </Hydrate>
  );
}
