"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { cn } from "@/components/cn";
import { QueryError } from "@/components/common/query-states";
import { tabTitle } from "@/components/common/tab-title";
import { useHotkeys } from "@/components/shell/hotkeys";
import { type Hotkey, SUGGESTION_KEYS } from "@/components/shell/keys";
import { useTRPC } from "@/components/trpc/client";
import type { Suggestion } from "@/server/contracts";
import { DecisionCardPanel } from "./decision-card";
import { DecisionBar } from "./decision-panel";
import { SuggestionSkeleton } from "./frame";
import { isMoving } from "./lifecycle";
import { SuggestionHeader } from "./suggestion-header";
import { SuggestionStatus } from "./suggestion-status";
import { SuggestionTabs } from "./suggestion-tabs";
import { type ActionName, useAbilities, useActions, useChoice } from "./use-decision";
import { titleOfTab } from "./wording";

// Shows what it asks the service for itself, after the page.
const TriagePanel = dynamic(() => import("./triage-panel").then((m) => m.TriagePanel), {
  ssr: false,
});
// Most suggestions have neither.
const ConflictAlert = dynamic(() => import("./suggestion-alerts").then((m) => m.ConflictAlert));
const RequestWarnings = dynamic(() => import("./suggestion-alerts").then((m) => m.RequestWarnings));
// The questions load when the first of them is asked.
const ActionDialogs = dynamic(() => import("./action-dialogs").then((m) => m.ActionDialogs));

/** Should an event get lost, a moving suggestion is still at most this old. */
const MOVING_REFETCH_MS = 5_000;

export function SuggestionView({ suggestionId }: { suggestionId: string }) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.suggestions.head.queryOptions(
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
  const { approve, reject, execute, revert, keep, reapply } = actions;
  const isBusy = [approve, reject, execute, revert, keep, reapply].some(
    (mutation) => mutation.isPending,
  );
  // What was asked for was tested as one.
  const isChoosing = abilities.has("approve") && suggestion.requested === null;
  const card = useCard(suggestion, isChoosing ? choice.chosenIds : undefined);
  const decision = {
    ...{ suggestion, abilities, isBusy },
    chosenCount: choice.chosenIds.length,
    onAction: setOpen,
  };
  return (
    <div className={cn("grid grid-cols-1 gap-6", abilities.size > 0 && "pb-20 lg:pb-0")}>
      <SuggestionHeader suggestion={suggestion} />
      {actions.conflict === null ? null : (
        <ConflictAlert
          suggestion={suggestion}
          message={actions.conflict}
          onDismiss={actions.clearConflict}
        />
      )}
      {/* Before the decision, on a phone too. */}
      {suggestion.warnings.length === 0 ? null : <RequestWarnings warnings={suggestion.warnings} />}
      <DecisionCardPanel {...decision} card={card} choice={isChoosing ? choice : undefined} />
      <TriagePanel suggestionId={suggestion.suggestion_id} />
      <SuggestionStatus suggestion={suggestion} actions={actions} />
      <SuggestionTabs suggestion={suggestion} actions={actions} />
      <DecisionBar {...decision} />
      {/* A question about a state that has passed is not asked any more. */}
      {open !== null && abilities.has(open) ? (
        <ActionDialogs
          suggestion={suggestion}
          card={card}
          chosenIds={choice.chosenIds}
          actions={actions}
          open={open}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </div>
  );
}

type BuildCard = typeof import("@/server/decision-card").buildDecisionCard;

/** What makes a card anew. It loads after the page, which has the card of everything already. */
function useCardBuilder(): BuildCard | null {
  const [build, setBuild] = useState<BuildCard | null>(null);
  useEffect(() => {
    void import("@/server/decision-card").then((module) =>
      setBuild(() => module.buildDecisionCard),
    );
  }, []);
  return build;
}

/** The card of what is ticked: made again from what was measured, never added up. */
function useCard(suggestion: Suggestion, chosenIds: readonly string[] | undefined) {
  const build = useCardBuilder();
  const chosen = chosenIds?.join();
  return useMemo(() => {
    const { card } = suggestion;
    if (chosen === undefined || card === null || build === null) return card;
    const ids = chosen.split(",");
    if (ids.length === suggestion.suggestions.length) return card;
    return build(suggestion, card.evidence.track_record, ids);
  }, [suggestion, chosen, build]);
}

const KEYS = [
  { key: "a", action: "approve" },
  { key: "r", action: "reject" },
  { key: "e", action: "execute" },
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
      ...keys.map(({ key, action }) => ({
        ...{ key, label: SUGGESTION_KEYS[key], run: () => open(action) },
      })),
      { key: "u", label: SUGGESTION_KEYS.u, run: () => router.push("/") },
    ];
  }, [names, open, router]);
  useHotkeys(hotkeys);
}
