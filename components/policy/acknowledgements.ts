"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { useApproval } from "./policy-needs";

/** What whoever approves alone has to acknowledge; null: nothing. */
export function useAloneAcknowledgement(
  suggestion: Parameters<typeof useApproval>[0],
): string | null {
  const isAlone = useApproval(suggestion)?.evaluation.chain.needs_acknowledgement ?? false;
  return isAlone
    ? "I decide alone: nobody else checks these changes before they are executed."
    : null;
}

/** What whoever rolls back has to confirm while the emergency stop is on; null: nothing. */
export function useStopConfirmation(): string | null {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.policy.stop.queryOptions());
  return data?.is_on ? "The emergency stop is on. I roll back all the same." : null;
}
