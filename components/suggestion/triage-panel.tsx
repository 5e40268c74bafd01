"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { RelativeTime } from "@/components/common/clock";
import { AssignMenu, SnoozeMenu } from "@/components/inbox/triage-menus";
import { useTriageActions } from "@/components/inbox/use-triage";
import { useCan, useSession } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import type { Triage } from "@/server/contracts";
import { focusNext } from "./focus-next";

/** Who is to decide and who is at it; opening the page marks the suggestion as read. */
export function TriagePanel({ suggestionId }: { suggestionId: string }) {
  const trpc = useTRPC();
  const { data: triage } = useQuery(
    trpc.inbox.triage.queryOptions({ suggestion_id: suggestionId }),
  );
  const actions = useTriageActions();
  useReadMark(suggestionId, triage, actions.mark.mutate);
  const canDecide = useCan("suggestion.decide");
  if (triage === undefined) return null;
  const named = { suggestion_id: suggestionId };
  return (
    <section aria-label="Who decides" className="grid gap-2 text-sm">
      <p>
        {triage.assignee === null ? "Assigned to nobody" : `Assigned to ${triage.assignee.label}`}
        {triage.snoozed_until === null ? null : (
          <>
            {" · snoozed, back "}
            <RelativeTime iso={triage.snoozed_until} isDeadline />
          </>
        )}
      </p>
      <Claim triage={triage} />
      <div className="flex flex-wrap gap-2">
        {canDecide ? (
          <>
            <ClaimButton triage={triage} suggestionId={suggestionId} />
            <AssignMenu
              onChoose={(assignee_id) => actions.assign.mutate({ ...named, assignee_id })}
            />
          </>
        ) : null}
        <SnoozeMenu
          onChoose={(until) =>
            actions.snooze.mutate(
              { ...named, until },
              { onSuccess: () => (until === null ? undefined : focusNext()) },
            )
          }
        />
      </div>
    </section>
  );
}

function Claim({ triage: { claim } }: { triage: Triage }) {
  const { label } = useSession();
  if (claim === null) return null;
  return (
    <p role="status">
      {claim.by.label === label ? "You are working on it" : `${claim.by.label} is working on it`}
      {", until "}
      <RelativeTime iso={claim.ends_at} isDeadline />
    </p>
  );
}

function ClaimButton({
  triage: { claim },
  suggestionId,
}: {
  triage: Triage;
  suggestionId: string;
}) {
  const { label } = useSession();
  const { claim: take, release } = useTriageActions();
  const isMine = claim?.by.label === label;
  return (
    <Button
      size="sm"
      variant="outline"
      disabled={take.isPending || release.isPending}
      onClick={() => {
        const named = { suggestion_id: suggestionId };
        if (isMine) release.mutate(named);
        else take.mutate({ ...named, takes_over: claim !== null });
      }}
    >
      {isMine ? "Stop working on it" : claim === null ? "Work on it" : "Take over"}
    </Button>
  );
}

/** Once for each opening: what was marked as unread afterwards stays so. */
function useReadMark(
  suggestionId: string,
  triage: Triage | undefined,
  mark: (input: { suggestion_id: string; is_read: boolean }) => void,
): void {
  const marked = useRef<string | null>(null);
  useEffect(() => {
    if (triage === undefined || marked.current === suggestionId) return;
    marked.current = suggestionId;
    if (triage.is_unread) mark({ suggestion_id: suggestionId, is_read: true });
  }, [suggestionId, triage, mark]);
}
