"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import type { Permission } from "@/server/contracts";
import type { Secret } from "./shown-once";

interface CreateKeyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (secret: Secret) => void;
}

export function CreateKeyDialog(props: CreateKeyDialogProps) {
  return (
    <Dialog
      open={props.isOpen}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <DialogContent>
        <DialogHeader title="Create an API key" description="For one program. It is shown once." />
        <CreateKeyForm {...props} />
      </DialogContent>
    </Dialog>
  );
}

function CreateKeyForm({ onClose, onCreated }: CreateKeyDialogProps) {
  const trpc = useTRPC();
  const handlersOf = useActionHandlers(trpc.keys.pathKey());
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Permission[]>(["suggestion.read"]);
  const [days, setDays] = useState("90");
  const create = useMutation(trpc.keys.create.mutationOptions(handlersOf("Key created.")));
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(
      { name, scopes, ...(days !== "" && { days: Number(days) }) },
      {
        onSuccess({ key }) {
          onClose();
          const description = "Send it as the header X-API-Key.";
          onCreated({ title: `API key ${name}`, description, text: key });
        },
      },
    );
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <TextField
        label="Name"
        required
        maxLength={200}
        autoComplete="off"
        placeholder="nightly report"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <ScopeBoxes scopes={scopes} onChange={setScopes} />
      <SelectField label="Expires" value={days} onChange={(event) => setDays(event.target.value)}>
        <option value="30">after 30 days</option>
        <option value="90">after 90 days</option>
        <option value="365">after a year</option>
        <option value="">never</option>
      </SelectField>
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={create.isPending || scopes.length === 0}>
          Create
        </Button>
      </DialogFooter>
    </form>
  );
}

/** What the key may do: of what keys can have, what its maker may do too. */
function ScopeBoxes(props: { scopes: Permission[]; onChange: (scopes: Permission[]) => void }) {
  const id = useId();
  const trpc = useTRPC();
  const { data: offered = [] } = useQuery(trpc.keys.scopes.queryOptions());
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-sm font-medium">Scopes</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {offered.map((scope) => (
          <div key={scope} className="flex gap-2 text-sm">
            <Checkbox
              id={`${id}-${scope}`}
              className="mt-0.5"
              checked={props.scopes.includes(scope)}
              onCheckedChange={(checked) => {
                const others = props.scopes.filter((each) => each !== scope);
                props.onChange(checked ? [...others, scope] : others);
              }}
            />
            <label htmlFor={`${id}-${scope}`} className="font-mono text-xs leading-5">
              {scope}
            </label>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
