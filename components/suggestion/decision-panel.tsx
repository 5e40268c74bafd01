"use client";
import { PlayIcon, RotateCcwIcon, ThumbsDownIcon, ThumbsUpIcon } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import type { Suggestion } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { adviseNext } from "./advise-next";
import type { ActionName } from "./use-decision";

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
  { action: "revert", label: "Roll back", key: null, variant: "destructive", Icon: RotateCcwIcon },
] as const;

/** What to do now: a sentence, and only the buttons this person may press in this state. */
export function DecisionPanel(props: DecisionPanelProps) {
  const { suggestion, abilities, chosenCount, isBusy } = props;
  const total = suggestion.suggestions.length;
  const shown = BUTTONS.filter(({ action }) => abilities.has(action));
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        {suggestion.superseded_by === null ? (
          adviseNext(suggestion, abilities)
        ) : (
          <Link
            href={`/suggestions/${suggestion.superseded_by}`}
            className="text-primary underline"
          >
            Superseded by a newer test run.
          </Link>
        )}
      </p>
      {abilities.has("approve") && total > 1 ? (
        <p className="text-sm text-muted-foreground">
          {formatCount(chosenCount)} of {formatPlural(total, "change")} chosen
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
