"use client";
import { useMutation } from "@tanstack/react-query";
import { FlaskConicalIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ComponentProps, type FormEvent, type ReactNode, useId, useState } from "react";
import { explainError } from "@/components/common/explain-error";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import type { TableSchema } from "@/server/contracts";
import { type ColumnDraft, keysOf, toAddColumn } from "./column-draft";

/** Asks for a new column to be tested on a shadow copy; leads to the suggestion that it becomes. */
export function TestChange({ tables }: { tables: TableSchema[] }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="outline" onClick={() => setIsOpen(true)}>
        <FlaskConicalIcon aria-hidden /> Test a change
      </Button>
      <Dialog open={isOpen} onOpenChange={setIsOpen}>
        <DialogContent>
          <DialogHeader
            title="Test a change"
            description="Adds a column to a shadow copy of your data and replays the workload. Nothing runs on the data product until somebody approves it."
          />
          <ColumnForm tables={tables} onCancel={() => setIsOpen(false)} />
        </DialogContent>
      </Dialog>
    </>
  );
}

function ColumnForm({ tables, onCancel }: { tables: TableSchema[]; onCancel: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const request = useMutation(
    trpc.suggestions.requestChange.mutationOptions({
      onSuccess: ({ suggestion_id: id }) => router.push(`/suggestions/${id}`),
    }),
  );
  const [draft, setDraft] = useState<ColumnDraft>({
    ...{ table: tables[0]?.name ?? "", column: "", type: "VARCHAR", default: "" },
    ...{ isRequired: false, references: "", reason: "" },
  });
  const set = (change: Partial<ColumnDraft>) => setDraft((present) => ({ ...present, ...change }));
  function submit(event: FormEvent) {
    event.preventDefault();
    const changes = [toAddColumn(draft, keysOf(tables, draft.table))];
    request.mutate({ changes, reason: draft.reason.trim() });
  }
  return (
    <form onSubmit={submit} className="grid gap-4">
      <ColumnFields tables={tables} draft={draft} set={set} />
      {request.isError ? <Refusal error={request.error} /> : null}
      <DialogFooter>
        <Button variant="outline" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" disabled={request.isPending || request.isSuccess}>
          {request.isPending ? "Starting…" : "Start test run"}
        </Button>
      </DialogFooter>
    </form>
  );
}

function ColumnFields(props: {
  tables: TableSchema[];
  draft: ColumnDraft;
  set: (change: Partial<ColumnDraft>) => void;
}) {
  const { tables, draft, set } = props;
  const requiredId = useId();
  return (
    <>
      <Choice
        label="Table"
        value={draft.table}
        onChange={(table) => set({ table, references: "" })}
      >
        {tables.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </Choice>
      <Field label="Column" required value={draft.column} onText={(column) => set({ column })} />
      <Field label="Type" required value={draft.type} onText={(type) => set({ type })} />
      <Field
        label="Default (optional)"
        hint="A value, not an expression. Existing rows get it."
        value={draft.default}
        onText={(text) => set({ default: text })}
      />
      <div className="flex items-center gap-2 text-sm">
        <Checkbox
          id={requiredId}
          checked={draft.isRequired}
          onCheckedChange={(checked) => set({ isRequired: checked })}
        />
        <label htmlFor={requiredId}>Required (NOT NULL)</label>
      </div>
      <Choice
        label="References (optional)"
        value={draft.references}
        onChange={(references) => set({ references })}
      >
        <option value="">No foreign key</option>
        {keysOf(tables, draft.table).map(({ label }) => (
          <option key={label}>{label}</option>
        ))}
      </Choice>
      <Field
        label="Reason (optional)"
        hint="Shown to whoever decides."
        value={draft.reason}
        onText={(reason) => set({ reason })}
      />
    </>
  );
}

function Refusal({ error }: { error: unknown }) {
  const { title, message } = explainError(error);
  return (
    <p role="alert" className="text-sm break-words text-negative">
      {title}: {message}
    </p>
  );
}

interface FieldProps extends Pick<ComponentProps<"input">, "required" | "value"> {
  label: string;
  hint?: string;
  onText: (text: string) => void;
}

function Field({ label, hint, onText, ...props }: FieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input
        id={id}
        autoComplete="off"
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onText(event.target.value)}
        {...props}
      />
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="text-xs text-muted-foreground">
          {hint}
        </p>
      )}
    </div>
  );
}

function Choice(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{props.label}</Label>
      <select
        id={id}
        className="h-9 w-full rounded-md border border-input bg-card px-3 text-sm"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {props.children}
      </select>
    </div>
  );
}
