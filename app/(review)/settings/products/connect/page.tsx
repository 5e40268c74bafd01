import { ConnectWizard } from "@/components/settings/connect-wizard";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Connect a data product" };

export default async function ConnectPage() {
  const { trpc, queryClient } = await createServerApi();
  await Promise.all([
    queryClient.prefetchQuery(trpc.products.list.queryOptions()),
    queryClient.prefetchQuery(trpc.products.keyExchange.queryOptions()),
  ]);
  return (
    <Hydrate queryClient={queryClient}>
      <ConnectWizard />
    </Hydrate>
  );
}
