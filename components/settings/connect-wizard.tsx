"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PageTitle } from "@/components/common/blocks";
import { useTRPC } from "@/components/trpc/client";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { AddressStep } from "./connect-address";
import { CheckStep } from "./connect-check";
import type { Draft } from "./connect-draft";
import { KeysStep } from "./connect-keys";

const STEPS = ["Address", "Keys", "Contract check"] as const;

/** From an address to a product that the sidecar serves, in three steps. */
export function ConnectWizard() {
  const trpc = useTRPC();
  const { data: products = [] } = useQuery(trpc.products.list.queryOptions());
  const served = products.find(({ is_served }) => is_served);
  // What was connected when this was opened: the list is fetched anew while the wizard stands.
  const [replaces] = useState(
    () => products.find(({ is_connected_here }) => is_connected_here)?.product_id ?? null,
  );
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<Draft>({
    product_id: served?.product_id ?? "",
    base_url: served?.base_url ?? "",
  });
  return (
    <>
      <PageTitle
        title="Connect a data product"
        lead="The last step replaces the product that is served now; what was measured of that one is kept."
      />
      <ol className="mb-4 flex flex-wrap gap-x-6 gap-y-1 text-sm" aria-label="Steps">
        {STEPS.map((name, index) => (
          <li
            key={name}
            aria-current={index === step ? "step" : undefined}
            className={index === step ? "font-medium" : "text-muted-foreground"}
          >
            {index + 1}. {name}
          </li>
        ))}
      </ol>
      <Card>
        <CardHeader>
          <CardTitle>{STEPS[step]}</CardTitle>
        </CardHeader>
        <CardContent>
          {step === 0 ? (
            <AddressStep
              draft={draft}
              onDone={(given) => {
                setDraft(given);
                setStep(1);
              }}
            />
          ) : null}
          {step === 1 ? (
            <KeysStep draft={draft} onBack={() => setStep(0)} onDone={() => setStep(2)} />
          ) : null}
          {step === 2 ? (
            <CheckStep draft={draft} replaces={replaces} onBack={() => setStep(1)} />
          ) : null}
        </CardContent>
      </Card>
    </>
  );
}
