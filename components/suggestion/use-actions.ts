"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { explainError, readAppCode } from "@/components/common/explain-error";
import { useTRPC } from "@/components/trpc/client";

/** Codes that mean: the page shows a state that is no longer true. */
const STALE = new Set(["conflict", "not_approved", "schema_changed"]);

/**
 * The four things a person can do with a suggestion. Afterwards the page loads the present
 * state, whether the action was accepted or somebody else was faster.
 */
export function useActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [conflict, setConflict] = useState<string | null>(null);

  const handlers = (done: string) => ({
    onMutate: () => setConflict(null),
    onSuccess: () => void toast.success(done),
    onError: (error: unknown) => {
      const { title, message } = explainError(error);
      if (STALE.has(readAppCode(error) ?? "")) setConflict(message);
      else toast.error(title, { description: message });
    },
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.suggestions.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
      ]),
  });
  return {
    /** What the service said when the action came too late. */
    conflict,
    clearConflict: () => setConflict(null),
    approve: useMutation(trpc.suggestions.approve.mutationOptions(handlers("Approved"))),
    reject: useMutation(trpc.suggestions.reject.mutationOptions(handlers("Rejected"))),
    execute: useMutation(trpc.operations.execute.mutationOptions(handlers("Execution started"))),
    revert: useMutation(trpc.operations.revert.mutationOptions(handlers("Revert started"))),
  };
}
export type Actions = ReturnType<typeof useActions>;
