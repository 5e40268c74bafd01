"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { Facts } from "@/components/common/blocks";
import { QueryError } from "@/components/common/query-states";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import type { Draft } from "./connect-draft";
import { showSecret } from "./product-actions";
import { type Secret, ShownOnce } from "./shown-once";

const WAYS = {
  none: "Keep as it is: the product does not call the sidecar, or its credential is registered already",
  jwks: "The product publishes its public keys (JWKS)",
  secret: "Make a secret for this product alone",
} as const;
type Way = keyof typeof WAYS;

/** The keys of both sides: what the product must know, and how its own calls are told. */
export function KeysStep(props: { draft: Draft; onBack: () => void; onDone: () => void }) {
  const { product_id } = props.draft;
  const trpc = useTRPC();
  const id = useId();
  const [way, setWay] = useState<Way>("none");
  const [jwksUrl, setJwksUrl] = useState("");
  const [secret, setSecret] = useState<Secret | null>(null);
  const handlersOf = useActionHandlers(trpc.products.pathKey());
  const trust = useMutation(trpc.products.trust.mutationOptions(handlersOf("Credential stored.")));
  function submit(event: FormEvent) {
    event.preventDefault();
    if (way === "none") return props.onDone();
    const input = { product_id, ...(way === "jwks" && { jwks_url: jwksUrl }) };
    trust.mutate(input, {
      onSuccess(made) {
        if (made.secret === null) props.onDone();
        else showSecret(setSecret, product_id, made.secret);
      },
    });
  }
  return (
    <form onSubmit={submit} className="grid max-w-2xl grid-cols-1 gap-5">
      <SidecarKeys />
      <fieldset className="grid gap-2 text-sm">
        <legend className="mb-1.5 font-medium">How the product proves its own calls</legend>
        <p className="text-xs text-muted-foreground">Stored when you continue.</p>
        {(Object.keys(WAYS) as Way[]).map((each) => (
          <div key={each} className="flex gap-2">
            <input
              type="radio"
              id={`${id}-${each}`}
              name={id}
              className="mt-1 accent-primary"
              checked={way === each}
              onChange={() => setWay(each)}
            />
            <label htmlFor={`${id}-${each}`}>{WAYS[each]}</label>
          </div>
        ))}
      </fieldset>
      {way === "jwks" ? (
        <TextField
          label="Address of its keys"
          type="url"
          required
          placeholder="https://orders.example.org/.well-known/jwks.json"
          value={jwksUrl}
          onChange={(event) => setJwksUrl(event.target.value)}
        />
      ) : null}
      <div className="flex justify-between">
        <Button variant="outline" onClick={props.onBack}>
          Back
        </Button>
        <Button type="submit" disabled={trust.isPending}>
          Continue
        </Button>
      </div>
      <ShownOnce
        secret={secret}
        onClose={() => {
          setSecret(null);
          props.onDone();
        }}
      />
    </form>
  );
}

function SidecarKeys() {
  const trpc = useTRPC();
  const query = useQuery(trpc.products.keyExchange.queryOptions());
  if (query.isError && query.data === undefined) return <QueryError error={query.error} />;
  if (query.data === undefined) return null;
  const { agent_id, issuer, jwks_path, public_url, key_ids } = query.data;
  const origin = public_url ?? (typeof window === "undefined" ? "" : window.location.origin);
  return (
    <div className="grid gap-2">
      <p className="text-sm font-medium">What the product has to know of this sidecar</p>
      <Facts
        className="sm:grid-cols-2"
        facts={[
          { label: "Public keys (JWKS)", value: `${origin.replace(/\/$/, "")}${jwks_path}` },
          { label: "Issuer (iss)", value: issuer },
          { label: "Subject (sub): agent id", value: agent_id },
          {
            label: "Key ids",
            value: key_ids.length === 0 ? "made at first use" : key_ids.join(" "),
          },
        ]}
      />
    </div>
  );
}
