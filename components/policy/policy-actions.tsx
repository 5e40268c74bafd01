"use client";
import { useMutation } from "@tanstack/react-query";
import { useActionHandlers } from "@/components/common/action-handlers";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { Suggestion } from "@/server/contracts";

type Shown = Pick<Suggestion, "suggestion_id" | "state" | "operations">;

/** What else can be done: take back an execution that has not begun, or reopen what expired. */
export function PolicyActions({ suggestion }: { suggestion: Shown }) {
  const trpc = useTRPC();
  const canExecute = useCan("operation.execute");
  const canAsk = useCan("suggestion.analyze");
  const handlers = useActionHandlers(trpc.suggestions.pathKey());
  const withdraw = useMutation(
    trpc.operations.withdraw.mutationOptions(handlers("The execution was taken back")),
  );
  const reopen = useMutation(
    trpc.suggestions.reopen.mutationOptions(handlers("Reopened; approvals start anew")),
  );
  const { suggestion_id, state, operations } = suggestion;
  const waiting = operations.find((each) => each.kind === "execute" && each.state === "queued");
  if (state === "executing" && waiting !== undefined && canExecute) {
    const { operation_id } = waiting;
    return (
      <Button
        variant="outline"
        disabled={withdraw.isPending}
        onClick={() => withdraw.mutate({ operation_id })}
      >
        Take back the execution
      </Button>
    );
  }
  if (state !== "expired" || !canAsk) return null;
  return (
    <Button
      variant="outline"
      disabled={reopen.isPending}
      onClick={() => reopen.mutate({ suggestion_id })}
    >
      Reopen
    </Button>
  );
}
