"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { toastError } from "@/components/common/action-handlers";
import { useTRPC } from "@/components/trpc/client";
import type { BulkResult, Person } from "@/server/contracts";
import { formatPlural } from "@/server/format";

/** People that a suggestion can be given to. */
export function useColleagues(): Person[] {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.inbox.colleagues.queryOptions(undefined, { staleTime: 60_000 }));
  return data ?? [];
}

/** What can be done about who decides, and when; lists and pages load anew afterwards. */
export function useTriageActions() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const handlers = {
    onError: toastError,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: trpc.suggestions.pathKey() }),
        queryClient.invalidateQueries({ queryKey: trpc.inbox.pathKey() }),
      ]),
  };
  return {
    assign: useMutation(trpc.inbox.assign.mutationOptions(handlers)),
    claim: useMutation(trpc.inbox.claim.mutationOptions(handlers)),
    release: useMutation(trpc.inbox.release.mutationOptions(handlers)),
    mark: useMutation(trpc.inbox.mark.mutationOptions(handlers)),
    snooze: useMutation(trpc.inbox.snooze.mutationOptions(handlers)),
    comment: useMutation(trpc.inbox.comment.mutationOptions(handlers)),
    bulk: useMutation(
      trpc.inbox.bulk.mutationOptions({ ...handlers, onSuccess: (results) => tell(results) }),
    ),
  };
}

/** What became of each is said: how many are done, and why the first of the others is not. */
function tell(results: readonly BulkResult[]): void {
  const failed = results.filter(({ error }) => error !== null);
  const done = formatPlural(results.length - failed.length, "suggestion");
  const [first] = failed;
  if (first === undefined) toast.success(`Done: ${done}`);
  else {
    const title = `Done: ${done}. Not done: ${failed.length}.`;
    toast.error(title, { description: `${first.suggestion_id}: ${first.error?.message}` });
  }
}

const HOUR_MS = 3_600_000;

/** The instants that a suggestion can be put off to, from now. */
export function snoozeChoices(now: Date): { label: string; until: string }[] {
  const at = (ms: number) => new Date(now.getTime() + ms).toISOString();
  return [
    { label: "For 4 hours", until: at(4 * HOUR_MS) },
    { label: "For a day", until: at(24 * HOUR_MS) },
    { label: "For a week", until: at(7 * 24 * HOUR_MS) },
  ];
}
