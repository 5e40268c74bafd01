import { ProductsView } from "@/components/settings/products-view";
import { createServerApi, Hydrate } from "@/components/trpc/hydrate";

export const metadata = { title: "Data products" };

export default async function ProductsPage() {
  const { trpc, queryClient } = await createServerApi();
  await queryClient.prefetchQuery(trpc.products.list.queryOptions());
  return (
    <Hydrate queryClient={queryClient}>
      <ProductsView />
    </Hydrate>
  );
}
