"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { ConnectedProduct } from "@/server/contracts";
import type { Secret } from "./shown-once";

type Action = "pause" | "resume" | "disconnect" | "secret" | "untrust";

interface Deed {
  label: string;
  title: string;
  description: string;
  isDestructive?: boolean;
  isOffered: boolean;
  run: () => void;
}

/** What an administrator may do with a product; each is asked once more. */
export function ProductActions(props: {
  product: ConnectedProduct;
  onSecret: (secret: Secret) => void;
}) {
  const [asked, setAsked] = useState<Action | null>(null);
  const deeds = useDeeds(props.product, props.onSecret);
  const offered = (Object.entries(deeds) as [Action, Deed][]).filter(([, deed]) => deed.isOffered);
  const deed = asked === null ? null : deeds[asked];
  return (
    <div className="flex flex-wrap gap-2">
      {offered.map(([action, { label, isDestructive }]) => (
        <Button
          key={action}
          size="sm"
          variant={isDestructive ? "destructive" : "outline"}
          onClick={() => setAsked(action)}
        >
          {label}
        </Button>
      ))}
      {deed === null ? null : (
        <ActionDialog
          isOpen
          onClose={() => setAsked(null)}
          title={deed.title}
          description={deed.description}
          confirmLabel={deed.label}
          isDestructive={deed.isDestructive ?? false}
          reason="none"
          onConfirm={deed.run}
        />
      )}
    </div>
  );
}

function useDeeds(
  product: ConnectedProduct,
  onSecret: (secret: Secret) => void,
): Record<Action, Deed> {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.products.pathKey());
  const { products } = trpc;
  const pause = useMutation(products.pause.mutationOptions(handlersOf("Paused.")));
  const resume = useMutation(products.resume.mutationOptions(handlersOf("Resumed.")));
  const disconnect = useMutation(products.disconnect.mutationOptions(handlersOf("Disconnected.")));
  const trust = useMutation(products.trust.mutationOptions(handlersOf("Secret made.")));
  const untrust = useMutation(products.untrust.mutationOptions(handlersOf("Credential removed.")));
  const { product_id } = product;
  const isPaused = product.paused_at !== null;
  return {
    pause: {
      label: "Pause",
      title: `Pause ${product_id}?`,
      description:
        "It is not observed, no test run starts, and executions and rollbacks wait until it is resumed. What runs now ends as it would.",
      isOffered: product.is_served && !isPaused,
      run: () => pause.mutate({ product_id }),
    },
    resume: {
      label: "Resume",
      title: `Resume ${product_id}?`,
      description: "It is observed again; what waits is carried out.",
      isOffered: isPaused,
      run: () => resume.mutate({ product_id }),
    },
    secret: {
      label: product.credential === "secret" ? "Replace secret" : "Make a secret",
      title: `Make a secret for ${product_id}?`,
      description: "It proves this product's own calls, in place of the credential it has now.",
      isOffered: true,
      run: () =>
        trust.mutate(
          { product_id },
          { onSuccess: ({ secret }) => showSecret(onSecret, product_id, secret) },
        ),
    },
    untrust: {
      label: "Refuse its calls",
      title: `Refuse the calls of ${product_id}?`,
      description: "Its credential is removed. The sidecar can still observe and serve it.",
      isDestructive: true,
      isOffered: product.credential === "secret" || product.credential === "jwks",
      run: () => untrust.mutate({ product_id }),
    },
    disconnect: {
      label: "Disconnect",
      title: `Disconnect ${product_id}?`,
      description: "The sidecar serves what its settings name again. Nothing measured is lost.",
      isDestructive: true,
      isOffered: product.is_connected_here,
      run: () => disconnect.mutate({ product_id }),
    },
  };
}

/** A secret that was made for a product. */
export function showSecret(
  onSecret: (secret: Secret) => void,
  productId: string,
  secret: string | null,
): void {
  if (secret === null) return;
  const description = `${productId} signs its calls to the sidecar with it (HS256).`;
  onSecret({ title: `Secret of ${productId}`, description, text: secret });
}
