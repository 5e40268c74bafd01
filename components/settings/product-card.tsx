"use client";
import Link from "next/link";
import { Facts } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Alert } from "@/components/ui/alert";
import { Badge } from "@/components/ui/badge";
import { Card, CardContent } from "@/components/ui/card";
import type { ConnectedProduct } from "@/server/contracts";
import { ProductActions } from "./product-actions";
import type { Secret } from "./shown-once";

const CREDENTIALS: Record<NonNullable<ConnectedProduct["credential"]>, string> = {
  jwks: "signs with keys that it publishes",
  secret: "has a secret of its own",
  setting: "has the secret AUTH_SECRET",
};

/** One product: where it is, how it does, and what an administrator may do with it. */
export function ProductCard(props: {
  product: ConnectedProduct;
  onSecret: (secret: Secret) => void;
}) {
  const { product } = props;
  return (
    <Card>
      <CardContent className="grid grid-cols-1 gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-semibold tracking-tight break-all">{product.product_id}</h2>
          <State product={product} />
        </div>
        <Facts
          className="sm:grid-cols-3"
          facts={[
            { label: "Address", value: product.base_url ?? "not known" },
            { label: "Domain", value: product.domain ?? "not told yet" },
            {
              label: "Last observed",
              value:
                product.last_seen_at === null ? (
                  "never"
                ) : (
                  <RelativeTime iso={product.last_seen_at} />
                ),
            },
            {
              label: "Its own calls",
              value: product.credential === null ? "not accepted" : CREDENTIALS[product.credential],
            },
            {
              label: "Connected by",
              value: product.is_connected_here
                ? "this page"
                : product.is_served
                  ? "DATA_PRODUCT_API"
                  : "not connected",
            },
          ]}
        />
        {product.is_served ? <Faults product={product} /> : null}
        <ProductActions {...props} />
      </CardContent>
    </Card>
  );
}

function State({ product }: { product: ConnectedProduct }) {
  if (product.paused_at !== null) {
    return (
      <>
        <Badge tone="warning">paused</Badge>
        <span className="text-xs text-muted-foreground">
          by {product.paused_by} <RelativeTime iso={product.paused_at} />
        </span>
      </>
    );
  }
  if (!product.is_served) return <Badge>not served</Badge>;
  if (product.faults.length > 0) return <Badge tone="warning">needs correction</Badge>;
  if (product.last_error !== null) return <Badge tone="negative">not reachable</Badge>;
  if (product.last_seen_at === null) return <Badge>not observed yet</Badge>;
  return <Badge tone="positive">ok</Badge>;
}

/** What is wrong with its answers, and what to do; the same words as on Health. */
function Faults({ product }: { product: ConnectedProduct }) {
  const texts =
    product.faults.length > 0
      ? product.faults.map(({ message }) => message)
      : [product.last_error].filter((text) => text !== null);
  if (texts.length === 0) return null;
  return (
    <Alert tone="warning" title="Found at the last observation">
      <ul className="grid grid-cols-1 gap-1 wrap-anywhere">
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <p className="mt-1">
        <Link href="/settings/products/connect" className="underline">
          Check the contract
        </Link>
      </p>
    </Alert>
  );
}
