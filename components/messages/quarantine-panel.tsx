"use client";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { RelativeTime } from "@/components/common/clock";
import { LoadMore, QueryError } from "@/components/common/query-states";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { Section } from "@/components/suggestion/frame";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import type { StoredMessage } from "@/server/contracts";
import { describeType, QUARANTINED } from "./wording";

interface Opens {
  onOpen: (recordId: string) => void;
}

/** Messages that were held as possible prompt injections: a person releases or refuses each. */
export function QuarantinePanel({ onOpen }: Opens) {
  const trpc = useTRPC();
  const query = useInfiniteQuery(
    trpc.messages.list.infiniteQueryOptions(QUARANTINED, {
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    }),
  );
  return (
    <Section
      id="quarantine"
      title="Quarantine"
      description="Messages of other agents with a possible prompt injection. None is handled unless you release it; one that expires becomes a dead letter."
    >
      {query.isPending ? (
        <Skeleton className="h-24" />
      ) : query.data === undefined ? (
        <QueryError error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <div className="grid grid-cols-1 gap-4">
          <QuarantineList
            messages={query.data.pages.flatMap(({ items }) => items)}
            onOpen={onOpen}
          />
          <LoadMore query={query} />
        </div>
      )}
    </Section>
  );
}

function QuarantineList({ messages, onOpen }: Opens & { messages: StoredMessage[] }) {
  if (messages.length === 0) {
    return <p className="text-sm text-muted-foreground">No message is held.</p>;
  }
  return (
    <ul className="grid divide-y" aria-label="Messages in quarantine">
      {messages.map((message) => (
        <li key={message.record_id} className="grid gap-2 py-3">
          <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
            <div className="min-w-0">
              <Button
                variant="ghost"
                size="sm"
                className="-ml-3"
                onClick={() => onOpen(message.record_id)}
              >
                {describeType(message.message_type)}
              </Button>
              <p className="text-xs break-all text-muted-foreground">
                from {message.sender.agent_id}, expires{" "}
                <RelativeTime iso={message.expires_at} isDeadline />
              </p>
            </div>
            <QuarantineActions message={message} />
          </div>
          <Passages message={message} />
        </li>
      ))}
    </ul>
  );
}

/** What was found, as text: nothing of it is a link, markup or an instruction here. */
function Passages({ message: { suspect_passages } }: { message: StoredMessage }) {
  if (suspect_passages.length === 0) return null;
  return (
    <ul className="grid gap-2" aria-label="Suspect passages">
      {suspect_passages.map(({ place, text }) => (
        <li key={place} className="min-w-0 rounded-md border bg-muted/60 p-3 text-xs">
          <p className="break-all text-muted-foreground">
            possible prompt injection at <code>{place}</code>
          </p>
          <p className="mt-1 font-mono break-words whitespace-pre-wrap">
            {text === "" ? "(in the name of a field: open the message to see it)" : text}
          </p>
        </li>
      ))}
    </ul>
  );
}

function QuarantineActions({ message }: { message: StoredMessage }) {
  const [open, setOpen] = useState<"release" | "refuse" | null>(null);
  const { release, refuse } = useQuarantineActions();
  const isBusy = release.isPending || refuse.isPending;
  const { record_id } = message;
  const name = describeType(message.message_type);
  return (
    <div className="flex gap-2">
      <Button
        variant="outline"
        size="sm"
        disabled={isBusy}
        aria-label={`Release: ${name}`}
        onClick={() => setOpen("release")}
      >
        Release
      </Button>
      <Button
        variant="destructive"
        size="sm"
        disabled={isBusy}
        aria-label={`Refuse: ${name}`}
        onClick={() => setOpen("refuse")}
      >
        Refuse
      </Button>
      <ActionDialog
        isOpen={open === "release"}
        onClose={() => setOpen(null)}
        title="Release this message?"
        description="It is handled as if it had arrived now. What it proposes is tested and decided on as usual."
        confirmLabel="Release"
        reason="none"
        onConfirm={() => release.mutate({ record_id })}
      />
      <ActionDialog
        isOpen={open === "refuse"}
        onClose={() => setOpen(null)}
        title="Refuse this message?"
        description="It is not handled. This cannot be undone; the audit trail keeps it."
        confirmLabel="Refuse"
        isDestructive
        reason="required"
        reasonHint="Sent to the other agent, and kept in the audit trail"
        onConfirm={(reason) => refuse.mutate({ record_id, reason })}
      />
    </div>
  );
}

function useQuarantineActions() {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.messages.pathKey());
  return {
    release: useMutation(trpc.messages.release.mutationOptions(handlers("Released"))),
    refuse: useMutation(trpc.messages.refuse.mutationOptions(handlers("Refused"))),
  };
}
