"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useActionHandlers } from "@/components/common/action-handlers";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { StoredMessage } from "@/server/contracts";
import { describeType } from "./wording";

/** Replay or discard one dead letter, each after being asked once more. */
export function DeadLetterActions({ message }: { message: StoredMessage }) {
  const [open, setOpen] = useState<"replay" | "discard" | null>(null);
  const { replay, discard } = useDeadLetterActions();
  const isBusy = replay.isPending || discard.isPending;
  const { record_id, direction } = message;
  const name = describeType(message.message_type);
  return (
    <div className="flex justify-end gap-2">
      <Button
        variant="outline"
        size="sm"
        disabled={isBusy}
        aria-label={`Replay: ${name}`}
        onClick={() => setOpen("replay")}
      >
        Replay
      </Button>
      <Button
        variant="destructive"
        size="sm"
        disabled={isBusy}
        aria-label={`Discard: ${name}`}
        onClick={() => setOpen("discard")}
      >
        Discard
      </Button>
      <ActionDialog
        isOpen={open === "replay"}
        onClose={() => setOpen(null)}
        title={direction === "outbound" ? "Send this message again?" : "Handle this message again?"}
        description="It is tried like a new one. If it fails again, it comes back here."
        confirmLabel="Replay"
        reason="none"
        onConfirm={() => replay.mutate({ record_id })}
      />
      <ActionDialog
        isOpen={open === "discard"}
        onClose={() => setOpen(null)}
        title="Discard this message?"
        description="It is not tried again and leaves this list. The audit trail keeps it."
        confirmLabel="Discard"
        isDestructive
        reason="none"
        onConfirm={() => discard.mutate({ record_id })}
      />
    </div>
  );
}

function useDeadLetterActions() {
  const trpc = useTRPC();
  const handlers = useActionHandlers(trpc.messages.pathKey());
  return {
    replay: useMutation(trpc.messages.replay.mutationOptions(handlers("Replayed"))),
    discard: useMutation(trpc.messages.discard.mutationOptions(handlers("Discarded"))),
  };
}
