"use client";
import { useQuery } from "@tanstack/react-query";
import { PlugZapIcon } from "lucide-react";
import { Facts } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import type { ProductOverview } from "@/server/contracts";
import { formatPlural } from "@/server/format";

export function ProductStatus() {
  const trpc = useTRPC();
  const query = useQuery(trpc.product.overview.queryOptions());
  if (query.isPending) return <Skeleton className="h-24 rounded-lg" />;
  if (query.isError && query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data == null) {
    return (
      <Alert
        tone="info"
        icon={<PlugZapIcon className="size-4" />}
        title="No data product connected"
      >
        <p>
          Set <code className="font-mono">DATA_PRODUCT_API</code> to the address of a product that
          implements the connector contract and <code className="font-mono">DATA_PRODUCT_ID</code>{" "}
          to its id. The first observation takes a few seconds. Without a data product the sidecar
          can only estimate.
        </p>
      </Alert>
    );
  }
  return <Overview product={query.data} />;
}

function Overview({ product }: { product: ProductOverview }) {
  return (
    <Card>
      <CardContent className="grid gap-4">
        <Facts
          facts={[
            { label: "Product", value: product.product_id, note: product.domain },
            {
              label: "Connection",
              value: <Connection product={product} />,
              note: product.base_url,
            },
            {
              label: "Last seen",
              value:
                product.last_seen_at === null ? (
                  "never"
                ) : (
                  <RelativeTime iso={product.last_seen_at} />
                ),
            },
            {
              label: "Engine",
              value: product.schema === null ? "–" : `DuckDB ${product.schema.duckdb_version}`,
              note:
                product.schema === null
                  ? undefined
                  : formatPlural(product.schema.threads, "thread"),
            },
          ]}
        />
        <Faults product={product} />
      </CardContent>
    </Card>
  );
}

function Connection({ product }: { product: ProductOverview }) {
  if (!product.is_reachable) return <Badge tone="negative">not reachable</Badge>;
  if (product.faults.length > 0) return <Badge tone="warning">answers need correction</Badge>;
  return <Badge tone="positive">reachable</Badge>;
}

/** Each fault in the words that Health and `products check` use, with what the product said itself. */
function Faults({ product }: { product: ProductOverview }) {
  const { faults, last_error: error, is_reachable: isReachable } = product;
  if (faults.length === 0 && error !== null && !isReachable) {
    return (
      <Alert tone="negative" title="Connection failed">
        <p className="break-words">{error}</p>
      </Alert>
    );
  }
  return faults.map(({ code, message, said }) => (
    <Alert
      key={message}
      tone={isReachable ? "warning" : "negative"}
      title={`Data product: ${code.replaceAll("_", " ")}`}
    >
      <p className="break-words">{message}</p>
      {said === null ? null : <p className="break-words">Details: {said}</p>}
    </Alert>
  ));
}
