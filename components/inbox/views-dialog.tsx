"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2Icon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import type { InboxView } from "@/server/contracts";

/** Gives the list that is shown a name, and deletes those that were named before. */
export function ViewsDialog(props: { tab: string; view: InboxView; onClose: () => void }) {
  const { tab, view, onClose } = props;
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent>
        <DialogHeader
          title="Saved views"
          description="A view keeps tab, search, filters and order under a name. Only you see it."
        />
        <ViewForm view={{ ...view, tab }} onDone={onClose} />
        <ViewList />
      </DialogContent>
    </Dialog>
  );
}

function useViewHandlers(done: string) {
  const trpc = useTRPC();
  return useActionHandlers(trpc.inbox.views.queryKey())(done);
}

function ViewForm({ view, onDone }: { view: InboxView; onDone: () => void }) {
  const trpc = useTRPC();
  const [name, setName] = useState("");
  const save = useMutation(trpc.inbox.saveView.mutationOptions(useViewHandlers("View saved")));
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") save.mutate({ name, view }, { onSuccess: onDone });
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <TextField
        label="Name of the view shown now"
        hint="A view of the same name is replaced."
        value={name}
        maxLength={60}
        onChange={(event) => setName(event.target.value)}
      />
      <DialogFooter>
        <Button type="submit" disabled={save.isPending || name.trim() === ""}>
          Save view
        </Button>
      </DialogFooter>
    </form>
  );
}

function ViewList() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data: views = [] } = useQuery(trpc.inbox.views.queryOptions());
  const remove = useMutation(
    trpc.inbox.deleteView.mutationOptions({
      ...useViewHandlers("View deleted"),
      onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.inbox.views.queryKey() }),
    }),
  );
  if (views.length === 0) return null;
  return (
    <ul className="divide-y border-t text-sm">
      {views.map(({ view_id, name }) => (
        <li key={view_id} className="flex items-center justify-between gap-2 py-1">
          <span className="break-words">{name}</span>
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Delete view ${name}`}
            disabled={remove.isPending}
            onClick={() => remove.mutate({ view_id })}
          >
            <Trash2Icon aria-hidden />
          </Button>
        </li>
      ))}
    </ul>
  );
}
