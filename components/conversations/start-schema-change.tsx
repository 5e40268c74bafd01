"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MessagesSquareIcon } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { toastError } from "@/components/common/action-handlers";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogFooter, DialogHeader } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import type { StartConversation } from "@/server/contracts";
import { EMPTY_DRAFT, type Problem, readDraft, type SchemaChangeDraft } from "./draft";
import { listTargets } from "./targets";

/** Proposes a new column to other data products. */
export function StartSchemaChange() {
  const [isOpen, setIsOpen] = useState(false);
  if (!useCan("conversation.start")) return null;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>
        <MessagesSquareIcon aria-hidden /> Start a schema change
      </Button>
      <Dialog open={isOpen} onOpenChange={setIsOpen}>
        <DialogContent>
          <DialogHeader
            title="Start a schema change"
            description="The new column is tested here first. Those you choose then test it on their own data. Nothing is executed before all have accepted and a person has approved."
          />
          <StartForm onClose={() => setIsOpen(false)} />
        </DialogContent>
      </Dialog>
    </>
  );
}

function StartForm({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<SchemaChangeDraft>(EMPTY_DRAFT);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = useStart(onClose);
  function change(values: Partial<SchemaChangeDraft>) {
    setDraft((current) => ({ ...current, ...values }));
    setProblem(null);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    const read = readDraft(draft);
    if ("problem" in read) return setProblem(read.problem);
    start.mutate(read.request);
  }
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <ColumnFields draft={draft} problem={problem} onChange={change} />
      <TargetFields draft={draft} problem={problem} onChange={change} />
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={start.isPending}>
          {start.isPending ? "Starting…" : "Start"}
        </Button>
      </DialogFooter>
    </form>
  );
}

function useStart(onClose: () => void) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  return useMutation(
    trpc.conversations.start.mutationOptions({
      onSuccess: async ({ conversation_id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.conversations.pathKey() });
        onClose();
        router.push(`/conversations/${conversation_id}`);
      },
      onError: toastError,
    }),
  );
}

interface FieldsProps {
  draft: SchemaChangeDraft;
  problem: Problem | null;
  onChange: (values: Partial<SchemaChangeDraft>) => void;
}

function ColumnFields({ draft, problem, onChange }: FieldsProps) {
  const requiredId = useId();
  const field = (name: "table" | "column" | "type" | "default" | "purpose") => ({
    value: draft[name],
    error: problem?.field === name ? problem.message : null,
    onChange: (value: string) => onChange({ [name]: value }),
  });
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Table" placeholder="projects" {...field("table")} />
        <TextField label="New column" placeholder="risk_assessment_id" {...field("column")} />
        <TextField label="Type" placeholder="UUID" {...field("type")} />
        <TextField label="Default (optional)" placeholder="none" {...field("default")} />
      </div>
      <TextField
        label="Purpose"
        placeholder="Enable cross-domain data joins"
        {...field("purpose")}
      />
      <div className="flex gap-2 text-sm">
        <Checkbox
          id={requiredId}
          checked={draft.isRequired}
          onCheckedChange={(checked) => onChange({ isRequired: checked })}
        />
        <label htmlFor={requiredId}>Required (NOT NULL); rows that exist take the default</label>
      </div>
    </>
  );
}

function TextField(props: {
  label: string;
  value: string;
  placeholder: string;
  error: string | null;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid content-start gap-1.5">
      <Label htmlFor={id}>{props.label}</Label>
      <Input
        id={id}
        value={props.value}
        placeholder={props.placeholder}
        autoComplete="off"
        aria-invalid={props.error !== null}
        aria-describedby={props.error === null ? undefined : `${id}-error`}
        onChange={(event) => props.onChange(event.target.value)}
      />
      {props.error === null ? null : (
        <p id={`${id}-error`} role="alert" className="text-sm text-negative">
          {props.error}
        </p>
      )}
    </div>
  );
}

/** Domains and agents of the directory: whom to ask. */
function TargetFields({ draft, problem, onChange }: FieldsProps) {
  const trpc = useTRPC();
  const directory = useQuery(trpc.agents.directory.queryOptions());
  const peers = useQuery(trpc.agents.peers.queryOptions());
  const targets = listTargets(directory.data?.agents ?? [], peers.data?.own_agent_id ?? null);
  const toggle = (target: StartConversation["targets"][number], isChosen: boolean) => {
    const key = JSON.stringify(target);
    const others = draft.targets.filter((each) => JSON.stringify(each) !== key);
    onChange({ targets: isChosen ? [...others, target] : others });
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 text-sm font-medium">Whom to ask</legend>
      {targets.length === 0 ? (
        <p className="text-sm text-muted-foreground">
          {directory.isPending ? "Loading…" : "No other agent is known. See the Agents page."}
        </p>
      ) : null}
      {targets.map(({ label, target }) => (
        <TargetBox
          key={label}
          label={label}
          isChosen={draft.targets.some((each) => JSON.stringify(each) === JSON.stringify(target))}
          onToggle={(isChosen) => toggle(target, isChosen)}
        />
      ))}
      {problem?.field === "targets" ? (
        <p role="alert" className="text-sm text-negative">
          {problem.message}
        </p>
      ) : null}
    </fieldset>
  );
}

function TargetBox(props: {
  label: string;
  isChosen: boolean;
  onToggle: (isChosen: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex gap-2 text-sm">
      <Checkbox
        id={id}
        checked={props.isChosen}
        onCheckedChange={(checked) => props.onToggle(checked)}
      />
      <label htmlFor={id} className="break-all">
        {props.label}
      </label>
    </div>
  );
}
