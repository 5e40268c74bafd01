"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { Empty, PageTitle } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useTRPC } from "@/components/trpc/client";
import { buttonVariants } from "@/components/ui/button";
import { ProductCard } from "./product-card";
import { type Secret, ShownOnce } from "./shown-once";

const REFETCH_MS = 10_000;

/** The data product that is served, and others that this sidecar knows. */
export function ProductsView() {
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <>
      <PageTitle
        title="Data products"
        lead="The sidecar serves one data product: it observes it, tests changes on copies of it, and executes what is approved."
      >
        <Link href="/settings/products/connect" className={buttonVariants()}>
          Connect a data product
        </Link>
      </PageTitle>
      <ProductList onSecret={setSecret} />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

function ProductList({ onSecret }: { onSecret: (secret: Secret) => void }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.products.list.queryOptions(undefined, { refetchInterval: REFETCH_MS }),
  );
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data.length === 0) {
    return (
      <Empty title="No data product">
        Without one, answers are estimates from what a request brings along.
      </Empty>
    );
  }
  return (
    <div className="grid gap-4">
      {query.data.map((product) => (
        <ProductCard key={product.product_id} product={product} onSecret={onSecret} />
      ))}
    </div>
  );
}
