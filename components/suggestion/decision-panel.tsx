"use client";
import { PlayIcon, RotateCcwIcon, ThumbsDownIcon, ThumbsUpIcon } from "lucide-react";
import { formatPlural } from "@/components/format";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import type { Suggestion, SuggestionState } from "@/server/contracts";
import type { ActionName } from "./abilities";
import { partApproved } from "./executable-items";

interface DecisionPanelProps {
  suggestion: Suggestion;
  abilities: ReadonlySet<ActionName>;
  chosenCount: number;
  isBusy: boolean;
  onAction: (action: ActionName) => void;
}

const BUTTONS = [
  { action: "approve", label: "Approve", key: "a", variant: "default", Icon: ThumbsUpIcon },
  { action: "reject", label: "Reject", key: "r", variant: "destructive", Icon: ThumbsDownIcon },
  { action: "execute", label: "Execute", key: "e", variant: "default", Icon: PlayIcon },
  { action: "revert", label: "Revert", key: null, variant: "destructive", Icon: RotateCcwIcon },
] as const;

/** What to do now: a sentence, and only the buttons this person may press in this state. */
export function DecisionPanel(props: DecisionPanelProps) {
  const { abilities, chosenCount, isBusy } = props;
  const total = props.suggestion.suggestions.length;
  const shown = BUTTONS.filter(({ action }) => abilities.has(action));
  return (
    <div className="grid gap-3">
      <p className="text-sm">{adviseNext(props)}</p>
      {abilities.has("approve") && total > 1 ? (
        <p className="text-sm text-muted-foreground">
          {chosenCount} of {formatPlural(total, "change")} chosen
        </p>
      ) : null}
      {shown.length === 0 ? null : (
        <div className="flex flex-wrap gap-2">
          {shown.map(({ action, label, key, variant, Icon }) => (
            <Tooltip key={action} text={key === null ? label : `${label} (press ${key})`}>
              <Button
                variant={variant}
                className="flex-1"
                disabled={isBusy || (action === "approve" && chosenCount === 0)}
                onClick={() => props.onAction(action)}
              >
                <Icon aria-hidden /> {label}
              </Button>
            </Tooltip>
          ))}
        </div>
      )}
    </div>
  );
}

const NEXT: Record<SuggestionState, string> = {
  proposed: "Waiting for its proof.",
  proving: "The proof is running; the decision comes after it.",
  pending: "A reviewer decides next.",
  no_gain: "Nothing to do: nothing that was tried paid off, so there is nothing to decide.",
  approved: "Approved. An operator starts the execution next.",
  rejected: "Rejected. Nothing was changed.",
  expired: "Nobody decided in time. Analyze again to measure on present data.",
  superseded: "A newer analysis has taken its place.",
  executing: "The execution is running.",
  executed: "Executed. The live workload is being watched.",
  failed: "The execution failed; see below what was and was not changed.",
  verified: "Executed, and confirmed on the live workload.",
  reverted: "Reverted. The former state is restored.",
};

function adviseNext({ suggestion, abilities }: DecisionPanelProps): string {
  if (abilities.has("approve")) {
    return "Look at the evidence, choose the changes you want, then decide.";
  }
  if (abilities.has("execute")) return "Approved. You may start the execution now.";
  if (suggestion.state === "approved" && suggestion.basis === "estimate") {
    return "Approved. Estimates are not executed by the sidecar: run the SQL yourself.";
  }
  if (suggestion.state === "approved" && partApproved(suggestion).executable.length === 0) {
    return "Approved. All of it is advice for the product's developers, so there is nothing to execute here.";
  }
  return NEXT[suggestion.state];
}
