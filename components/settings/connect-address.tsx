"use client";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import type { Draft } from "./connect-draft";

/** Which product, and where it is. */
export function AddressStep(props: { draft: Draft; onDone: (draft: Draft) => void }) {
  const [draft, setDraft] = useState(props.draft);
  function submit(event: FormEvent) {
    event.preventDefault();
    props.onDone({ product_id: draft.product_id.trim(), base_url: draft.base_url.trim() });
  }
  return (
    <form onSubmit={submit} className="grid max-w-xl gap-4">
      <TextField
        label="Product id"
        required
        maxLength={200}
        autoComplete="off"
        value={draft.product_id}
        onChange={(event) => setDraft({ ...draft, product_id: event.target.value })}
        hint="The product's own id: tokens are issued for it, and its schema tells it."
      />
      <TextField
        label="Address"
        type="url"
        required
        maxLength={2000}
        placeholder="https://orders.example.org"
        value={draft.base_url}
        onChange={(event) => setDraft({ ...draft, base_url: event.target.value })}
        hint="Below it lies /connector. It must be reachable from the sidecar's machine."
      />
      <div className="flex justify-end">
        <Button type="submit">Continue</Button>
      </div>
    </form>
  );
}
