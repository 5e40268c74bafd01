"use client";
import { type QueryKey, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toastError } from "@/components/common/action-handlers";
import { toastFailure, toastSuccess } from "@/components/common/toasts";
import { useTRPC } from "@/components/trpc/client";
import type { BulkResult, Colleague } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { useRefreshLists } from "./refresh-lists";

/** People who can be mentioned; a suggestion can be given to those who may decide. */
export function useColleagues(): Colleague[] {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.inbox.colleagues.queryOptions(undefined, { staleTime: 60_000 }));
  return data ?? [];
}

type Changed = { suggestion_id: string } | { suggestion_ids: readonly string[] };

const idsOf = (changed: Changed): readonly string[] =>
  "suggestion_id" in changed ? [changed.suggestion_id] : changed.suggestion_ids;

/** What can be done about who decides, and when; what it changes is loaded anew afterwards, and nothing else. */
export function useTriageActions() {
  const { suggestions, inbox } = useTRPC();
  const queryClient = useQueryClient();
  const refreshLists = useRefreshLists();
  const reloading = (queryKeys: readonly QueryKey[]) => ({
    onError: toastError,
    onSettled: (_data: unknown, _error: unknown, changed: Changed) =>
      Promise.all([
        refreshLists(idsOf(changed)),
        ...queryKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey })),
      ]),
  });
  const handlers = reloading([inbox.triage.pathKey()]);
  return {
    assign: useMutation(inbox.assign.mutationOptions(handlers)),
    claim: useMutation(inbox.claim.mutationOptions(handlers)),
    release: useMutation(inbox.release.mutationOptions(handlers)),
    mark: useMutation(inbox.mark.mutationOptions(handlers)),
    snooze: useMutation(inbox.snooze.mutationOptions(handlers)),
    comment: useMutation(
      inbox.comment.mutationOptions(reloading([inbox.comments.pathKey(), inbox.triage.pathKey()])),
    ),
    bulk: useMutation(
      inbox.bulk.mutationOptions({
        ...reloading([
          suggestions.head.pathKey(),
          suggestions.get.pathKey(),
          inbox.triage.pathKey(),
        ]),
        onSuccess: (results) => tell(results),
      }),
    ),
  };
}

/** What became of each is said: how many are done, and why the first of the others is not. */
function tell(results: readonly BulkResult[]): void {
  const failed = results.filter(({ error }) => error !== null);
  const done = formatPlural(results.length - failed.length, "suggestion");
  const [first] = failed;
  if (first === undefined) toastSuccess(`Done: ${done}`);
  else {
    const title = `Done: ${done}. Not done: ${failed.length}.`;
    toastFailure(title, `${first.suggestion_id}: ${first.error?.message}`);
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
