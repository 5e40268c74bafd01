"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { toastError } from "@/components/common/action-handlers";
import { explainError, readAppCode } from "@/components/common/explain-error";
import { toastSuccess } from "@/components/common/toasts";
import { useRefreshLists } from "@/components/inbox/refresh-lists";
import { useApproval } from "@/components/policy/policy-needs";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import type { Suggestion } from "@/server/contracts";
import { focusNext } from "./focus-next";
import { isKeepable, isRevertible, partApproved } from "./lifecycle";

export type ActionName = "approve" | "reject" | "execute" | "revert" | "keep" | "reapply";

/** What this person may do with this suggestion as it stands. */
export function useAbilities(suggestion: Suggestion): ReadonlySet<ActionName> {
  const canDecide = useCan("suggestion.decide");
  // Until the policy's answer is there, by the role alone.
  const status = useApproval(suggestion);
  const canExecute = useCan("operation.execute");
  const canRevert = useCan("operation.revert");
  const { state, product_id } = suggestion;
  const canApprove = status?.you.can_approve ?? (canDecide && state === "pending");
  const abilities = new Set<ActionName>();
  if (canApprove && (state === "pending" || state === "approved")) abilities.add("approve");
  if (canDecide && state === "pending") abilities.add("reject");
  const hasWork = partApproved(suggestion).executable.length > 0;
  const isExecutable = state === "approved" && product_id !== null && hasWork;
  if (canExecute && isExecutable && suggestion.basis === "measured") abilities.add("execute");
  if (canRevert && isRevertible(suggestion)) abilities.add("revert");
  if (canRevert && isKeepable(suggestion)) abilities.add("keep");
  if (canExecute && state === "reverted" && hasWork) abilities.add("reapply");
  return abilities;
}

export interface Choice {
  chosenIds: string[];
  toggle: (itemId: string, isChosen: boolean) => void;
}

/** Which changes to approve. Those that somebody approved before, or all, until a reviewer takes one out. */
export function useChoice(suggestion: Suggestion): Choice {
  const { suggestions } = suggestion;
  const ofOthers = useApproval(suggestion)?.item_ids;
  const [changed, setChanged] = useState<ReadonlySet<string> | null>(null);
  const untickedIds = useMemo(() => {
    const left = suggestions.filter(({ item_id }) => ofOthers?.includes(item_id) === false);
    return changed ?? new Set(left.map(({ item_id }) => item_id));
  }, [changed, ofOthers, suggestions]);
  const toggle = useCallback(
    (itemId: string, isChosen: boolean) => {
      const next = new Set(untickedIds);
      if (isChosen) next.delete(itemId);
      else next.add(itemId);
      setChanged(next);
    },
    [untickedIds],
  );
  const chosenIds = suggestions.map((item) => item.item_id).filter((id) => !untickedIds.has(id));
  return { chosenIds, toggle };
}

/** Codes that mean: the page shows a state that is no longer true. */
const STALE = new Set(["conflict", "not_approved", "schema_changed"]);

/**
 * What a person can do with a suggestion. Afterwards the page loads the present
 * state, whether the action was accepted or somebody else was faster.
 */
export function useActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refreshLists = useRefreshLists();
  const [conflict, setConflict] = useState<string | null>(null);

  const handlers = (done: string) => ({
    onMutate: () => setConflict(null),
    onSuccess: () => toastSuccess(done),
    onError: (error: unknown) => {
      if (STALE.has(readAppCode(error) ?? "")) setConflict(explainError(error).message);
      else toastError(error);
    },
    onSettled: (_data: unknown, _error: unknown, { suggestion_id }: { suggestion_id: string }) =>
      Promise.all([
        refreshLists([suggestion_id]),
        queryClient.invalidateQueries({ queryKey: trpc.suggestions.head.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.suggestions.get.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.policy.approval.pathKey() }),
      ]),
  });
  return {
    /** What the service said when the action came too late. */
    conflict,
    clearConflict: () => setConflict(null),
    approve: useMutation(
      trpc.suggestions.approve.mutationOptions({
        ...handlers("Approved"),
        onSuccess: ({ state }) => {
          toastSuccess(
            state === "pending" ? "Approved by you; more approvals are needed" : "Approved",
          );
          focusNext();
        },
      }),
    ),
    cancel: useMutation(trpc.suggestions.cancel.mutationOptions(handlers("Cancelled"))),
    continue: useMutation(trpc.suggestions.continue.mutationOptions(handlers("Search continued"))),
    reject: useMutation(
      trpc.suggestions.reject.mutationOptions({
        ...handlers("Rejected"),
        onSuccess: () => {
          toastSuccess("Rejected");
          focusNext();
        },
      }),
    ),
    execute: useMutation(trpc.operations.execute.mutationOptions(handlers("Execution started"))),
    revert: useMutation(trpc.operations.revert.mutationOptions(handlers("Rollback started"))),
    keep: useMutation(trpc.operations.keep.mutationOptions(handlers("Kept"))),
    reapply: useMutation(trpc.operations.reapply.mutationOptions(handlers("Execution started"))),
  };
}
export type Actions = ReturnType<typeof useActions>;
