"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { QueryError } from "@/components/common/query-states";
import { tabTitle } from "@/components/common/tab-title";
import type { Hotkey } from "@/components/shell/hotkeys";
import { useHotkeys } from "@/components/shell/hotkeys";
import { useTRPC } from "@/components/trpc/client";
import type { Suggestion } from "@/server/contracts";
import { ActionDialogs } from "./action-dialogs";
import { SuggestionSkeleton } from "./frame";
import { isMoving } from "./lifecycle";
import { ConflictAlert, RequestWarnings } from "./suggestion-alerts";
import { SuggestionAside } from "./suggestion-aside";
import { SuggestionBody } from "./suggestion-body";
import { SuggestionHeader } from "./suggestion-header";
import { type ActionName, useAbilities, useActions, useChoice } from "./use-decision";
import { titleOfTab } from "./wording";

/** Should an event get lost, a moving suggestion is still at most this old. */
const MOVING_REFETCH_MS = 5_000;

export function SuggestionView({ suggestionId }: { suggestionId: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.suggestions.get.queryOptions(
      { suggestion_id: suggestionId },
      {
        refetchInterval: ({ state }) =>
          state.data !== undefined && isMoving(state.data) ? MOVING_REFETCH_MS : false,
      },
    ),
  );
  useTabTitle(query.data);
  if (query.data !== undefined) return <Loaded suggestion={query.data} />;
  if (query.isError) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <SuggestionSkeleton />;
}

/** The tab's title follows the suggestion; the server gave it the first. */
function useTabTitle(suggestion: Suggestion | undefined) {
  const title = suggestion && tabTitle(titleOfTab(suggestion));
  useEffect(() => {
    if (title !== undefined) document.title = title;
  }, [title]);
}

function Loaded({ suggestion }: { suggestion: Suggestion }) {
  const actions = useActions();
  const abilities = useAbilities(suggestion);
  const choice = useChoice(suggestion);
  const [open, setOpen] = useState<ActionName | null>(null);
  useActionKeys(abilities, choice.chosenIds.length, setOpen);
  const isBusy = [actions.approve, actions.reject, actions.execute, actions.revert].some(
    (mutation) => mutation.isPending,
  );
  return (
    <div className="grid gap-6">
      <SuggestionHeader suggestion={suggestion} />
      {actions.conflict === null ? null : (
        <ConflictAlert
          suggestion={suggestion}
          message={actions.conflict}
          onDismiss={actions.clearConflict}
        />
      )}
      {/* Before the decision, on a phone too. */}
      <RequestWarnings warnings={suggestion.warnings} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <SuggestionAside
          suggestion={suggestion}
          abilities={abilities}
          chosenCount={choice.chosenIds.length}
          isBusy={isBusy}
          onAction={setOpen}
        />
        <SuggestionBody
          suggestion={suggestion}
          choice={
            // What was asked for was tested as one.
            abilities.has("approve") && suggestion.requested === null ? choice : undefined
          }
          actions={actions}
        />
      </div>
      <ActionDialogs
        suggestion={suggestion}
        chosenIds={choice.chosenIds}
        actions={actions}
        // A question about a state that has passed is not asked any more.
        open={open !== null && abilities.has(open) ? open : null}
        onClose={() => setOpen(null)}
      />
    </div>
  );
}

const KEYS = [
  { key: "a", action: "approve", label: "Approve the chosen changes" },
  { key: "r", action: "reject", label: "Reject" },
  { key: "e", action: "execute", label: "Execute what is approved" },
] as const;

function useActionKeys(
  abilities: ReadonlySet<ActionName>,
  chosenCount: number,
  open: (action: ActionName) => void,
) {
  const router = useRouter();
  const offered = KEYS.filter(
    ({ action }) => abilities.has(action) && (action !== "approve" || chosenCount > 0),
  );
  const names = offered.map(({ action }) => action).join();
  const hotkeys = useMemo((): Hotkey[] => {
    const keys = KEYS.filter(({ action }) => names.split(",").includes(action));
    return [
      ...keys.map(({ key, action, label }) => ({ key, label, run: () => open(action) })),
      { key: "u", label: "Back to the inbox", run: () => router.push("/") },
    ];
  }, [names, open, router]);
  useHotkeys(hotkeys);
}
