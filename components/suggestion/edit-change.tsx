"use client";
import { useMutation } from "@tanstack/react-query";
import { PencilIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { explainError } from "@/components/common/explain-error";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Label } from "@/components/ui/label";
import { Textarea } from "@/components/ui/textarea";
import { allows, type Suggestion, type SuggestionItem } from "@/server/contracts";
import { changeStatement } from "@/server/sql";
import { submitByKey } from "./action-dialog";

interface EditChangeProps {
  suggestion: Pick<Suggestion, "suggestion_id" | "state" | "product_id" | "suggestions">;
  item: SuggestionItem;
}

/** Lets a reviewer write a change in other words and have that tested; nothing where it cannot be. */
export function EditChange({ suggestion, item }: EditChangeProps) {
  const [isOpen, setIsOpen] = useState(false);
  const canAsk = useCan("suggestion.analyze");
  const statement = changeStatement(item.change);
  const isOpenToEdits =
    suggestion.product_id !== null && allows("suggestion", "approve", suggestion.state);
  if (!canAsk || !isOpenToEdits || statement === null) return null;
  return (
    <>
      <Button variant="outline" size="sm" className="w-fit" onClick={() => setIsOpen(true)}>
        <PencilIcon aria-hidden /> Edit
      </Button>
      <Dialog open={isOpen} onOpenChange={setIsOpen}>
        <DialogContent className="max-w-2xl">
          <DialogHeader title="Edit this change" description={describeEdit(suggestion)} />
          <EditForm
            suggestionId={suggestion.suggestion_id}
            itemId={item.item_id}
            statement={statement}
            onCancel={() => setIsOpen(false)}
          />
        </DialogContent>
      </Dialog>
    </>
  );
}

function describeEdit({ suggestions }: Pick<Suggestion, "suggestions">): string {
  const others = suggestions.length > 1 ? " together with the other changes" : "";
  return `The edited change is tested on a shadow copy${others}, and becomes a suggestion of its own. This one stays open until that is approved.`;
}

function EditForm(props: {
  suggestionId: string;
  itemId: string;
  statement: string;
  onCancel: () => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  const id = useId();
  const [sql, setSql] = useState(props.statement);
  const [reason, setReason] = useState("");
  const edit = useMutation(
    trpc.suggestions.edit.mutationOptions({
      onSuccess: ({ suggestion_id }) => router.push(`/suggestions/${suggestion_id}`),
    }),
  );
  const isSame = sql.trim() === props.statement.trim();
  function submit(event: FormEvent) {
    event.preventDefault();
    edit.mutate({ suggestion_id: props.suggestionId, item_id: props.itemId, sql, reason });
  }
  return (
    <form onSubmit={submit} onKeyDown={submitByKey} className="grid gap-4" noValidate>
      <div className="grid gap-1.5">
        <Label htmlFor={id}>Statement</Label>
        <Textarea
          id={id}
          className="min-h-32 font-mono"
          spellCheck={false}
          value={sql}
          aria-invalid={edit.isError}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            setSql(event.target.value);
            edit.reset();
          }}
        />
        <p id={`${id}-hint`} className="text-xs text-muted-foreground">
          One statement of a change that the sidecar knows, such as another column or order. It is
          read, not executed: the SQL that runs is made from it, with its rollback.
        </p>
        {edit.isError ? <Refusal error={edit.error} /> : null}
      </div>
      <TextField
        label="Reason (optional)"
        hint="Shown to whoever decides."
        value={reason}
        maxLength={2000}
        onChange={(event) => setReason(event.target.value)}
      />
      <DialogFooter>
        <Button variant="outline" onClick={props.onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          aria-keyshortcuts="Control+Enter"
          disabled={isSame || edit.isPending || edit.isSuccess}
        >
          {edit.isPending ? "Starting…" : "Test the edited change"}
        </Button>
      </DialogFooter>
    </form>
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
