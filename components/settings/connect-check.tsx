"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlertIcon, CircleCheckIcon, CircleMinusIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { toastError } from "@/components/common/action-handlers";
import { QueryError } from "@/components/common/query-states";
import { toastSuccess } from "@/components/common/toasts";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import type { ConnectorCheck } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import type { Draft } from "./connect-draft";

/** Asks the product each reading route now, explains what is wrong, and saves the connection. */
export function CheckStep(props: { draft: Draft; replaces: string | null; onBack: () => void }) {
  const { draft } = props;
  const trpc = useTRPC();
  const check = useMutation(trpc.products.check.mutationOptions());
  const { mutate } = check;
  const wasAsked = useRef(false);
  useEffect(() => {
    if (wasAsked.current) return;
    wasAsked.current = true;
    mutate(draft);
  }, [mutate, draft]);
  return (
    <div className="grid grid-cols-1 gap-4 text-sm">
      <p className="wrap-anywhere">
        {draft.product_id} at {draft.base_url}
      </p>
      <div role="status">
        {check.isPending ? "Asking each route of the connector…" : null}
        {check.isError ? <QueryError error={check.error} onRetry={() => mutate(draft)} /> : null}
        {check.data === undefined || check.isPending ? null : <Checks checks={check.data} />}
      </div>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="outline" onClick={props.onBack}>
          Back
        </Button>
        <Button variant="outline" disabled={check.isPending} onClick={() => mutate(draft)}>
          Check again
        </Button>
      </div>
      {check.data === undefined || check.isPending ? null : (
        <Save {...props} faulty={check.data.filter(({ is_ok }) => !is_ok).length} />
      )}
    </div>
  );
}

function Checks({ checks }: { checks: ConnectorCheck[] }) {
  return (
    <ul className="grid grid-cols-1 gap-3" aria-label="Contract check">
      {checks.map(({ route, is_ok, is_asked, detail }) => (
        <li key={route} className="flex gap-2">
          {!is_asked ? (
            <CircleMinusIcon
              className="mt-0.5 size-4 shrink-0 text-muted-foreground"
              aria-label="not asked"
            />
          ) : is_ok ? (
            <CircleCheckIcon className="mt-0.5 size-4 shrink-0 text-positive" aria-label="ok" />
          ) : (
            <CircleAlertIcon className="mt-0.5 size-4 shrink-0 text-negative" aria-label="fault" />
          )}
          <div className="min-w-0">
            <code className="font-mono text-xs font-medium">{route}</code>
            <p className="wrap-anywhere text-muted-foreground">{detail}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Save(props: { draft: Draft; replaces: string | null; faulty: number }) {
  const { draft, replaces, faulty } = props;
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [isAcknowledged, setIsAcknowledged] = useState(false);
  const connect = useMutation(
    trpc.products.connect.mutationOptions({
      onError: toastError,
      async onSuccess() {
        toastSuccess(`${draft.product_id} is connected.`);
        await queryClient.invalidateQueries(trpc.products.pathFilter());
        router.push("/settings/products");
      },
    }),
  );
  return (
    <div className="grid gap-3 border-t pt-4">
      {faulty === 0 ? (
        <p>The product keeps the contract.</p>
      ) : (
        <div className="flex gap-2">
          <Checkbox
            id="connect-anyway"
            className="mt-0.5"
            checked={isAcknowledged}
            onCheckedChange={(checked) => setIsAcknowledged(checked)}
          />
          <label htmlFor="connect-anyway">
            Connect although {formatPlural(faulty, "route needs", "routes need")} correction: the
            sidecar goes on asking, and Health tells what is wrong.
          </label>
        </div>
      )}
      <Button
        className="justify-self-end"
        disabled={connect.isPending || (faulty > 0 && !isAcknowledged)}
        onClick={() => connect.mutate({ ...draft, replaces })}
      >
        Connect
      </Button>
    </div>
  );
}
