"use client";
import {
  PinIcon,
  PlayIcon,
  RedoIcon,
  RotateCcwIcon,
  ThumbsDownIcon,
  ThumbsUpIcon,
} from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { RelativeTime } from "@/components/common/clock";
import { Button } from "@/components/ui/button";
import type { Suggestion } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { adviseNext } from "./advise-next";
import type { ActionName } from "./use-decision";

// Asks the service what the policy demands, after the page.
const PolicyNeeds = dynamic(
  () => import("@/components/policy/policy-needs").then((m) => m.PolicyNeeds),
  { ssr: false },
);

/** What waits to begin can be taken back, and what has expired reopened. */
const HAS_ACTIONS: ReadonlySet<string> = new Set(["executing", "expired"]);
const PolicyActions = dynamic(() =>
  import("@/components/policy/policy-actions").then((m) => m.PolicyActions),
);
// Of estimates alone.
const MeasureButton = dynamic(() => import("./measure-button").then((m) => m.MeasureButton));

export interface DecisionPanelProps {
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
  { action: "keep", label: "Keep anyway", key: null, variant: "outline", Icon: PinIcon },
  { action: "reapply", label: "Re-apply", key: null, variant: "default", Icon: RedoIcon },
  { action: "revert", label: "Roll back", key: null, variant: "destructive", Icon: RotateCcwIcon },
] as const;

/** What to do now: a sentence, and only the buttons this person may press in this state. */
export function DecisionPanel(props: DecisionPanelProps) {
  const { suggestion, abilities, chosenCount } = props;
  const total = suggestion.suggestions.length;
  return (
    <div className="grid content-start gap-3">
      <p className="text-sm font-medium">
        {suggestion.superseded_by === null ? (
          adviseNext(suggestion, abilities)
        ) : (
          <Link
            href={`/suggestions/${suggestion.superseded_by}`}
            className="text-primary underline"
          >
            {suggestion.edits.includes(suggestion.superseded_by)
              ? "Superseded: its edited version was approved."
              : "Superseded by a newer test run."}
          </Link>
        )}
      </p>
      {/* On a phone the bar at the bottom has them. */}
      <div className="hidden flex-wrap items-center gap-2 lg:flex">
        <DecisionButtons {...props} />
        {abilities.has("approve") && total > 1 ? (
          <span className="text-sm text-muted-foreground">
            {formatCount(chosenCount)} of {formatPlural(total, "change")} chosen
          </span>
        ) : null}
      </div>
      <PolicyNeeds suggestion={suggestion} />
      {HAS_ACTIONS.has(suggestion.state) ? <PolicyActions suggestion={suggestion} /> : null}
      <p className="text-xs break-words text-muted-foreground">
        {suggestion.note} Updated <RelativeTime iso={suggestion.updated_at} />.
      </p>
    </div>
  );
}

/** The decision within a thumb's reach, whatever part of the page is shown. */
export function DecisionBar(props: DecisionPanelProps) {
  if (props.abilities.size === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label="Decision buttons"
      className="fixed inset-x-0 bottom-0 z-40 flex flex-wrap gap-2 border-t bg-card p-3 [&>*]:flex-1 lg:hidden"
    >
      <DecisionButtons {...props} />
    </div>
  );
}

function DecisionButtons({
  suggestion,
  abilities,
  chosenCount,
  isBusy,
  onAction,
}: DecisionPanelProps) {
  const isEstimate = suggestion.basis === "estimate";
  return (
    <>
      {isEstimate && abilities.has("approve") ? (
        <MeasureButton
          items={suggestion.suggestions}
          productId={suggestion.product_id}
          label="Measure this"
          variant="default"
        />
      ) : null}
      {BUTTONS.filter(({ action }) => abilities.has(action)).map(
        ({ action, label, key, variant, Icon }) => {
          const name = isEstimate && action === "approve" ? "Acknowledge" : label;
          return (
            <Button
              key={action}
              title={key === null ? undefined : `Press ${key}`}
              variant={isEstimate && action === "approve" ? "outline" : variant}
              disabled={isBusy || (action === "approve" && chosenCount === 0)}
              onClick={() => onAction(action)}
            >
              <Icon aria-hidden /> {name}
            </Button>
          );
        },
      )}
    </>
  );
}
