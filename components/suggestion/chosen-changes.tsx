"use client";
import { useId } from "react";
import { CodeText } from "@/components/common/blocks";
import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import type { DecisionCard, Suggestion, SuggestionItem } from "@/server/contracts";
import { factsOf } from "@/server/contracts";
import type { Choice } from "./use-decision";

interface ChosenChangesProps {
  suggestion: Suggestion;
  card: DecisionCard;
  choice: Choice | undefined;
}

/** What changes, each with its effect in words; unticked while there is something to choose. */
export function ChosenChanges({ suggestion, card, choice }: ChosenChangesProps) {
  const effects = new Map(card.changes.map(({ item_id, effect }) => [item_id, effect]));
  const isSeveral = suggestion.suggestions.length > 1;
  return (
    <div className="grid content-start gap-2">
      <h3 className="text-sm font-semibold">Proposed changes</h3>
      {choice !== undefined && isSeveral ? (
        <p className="text-xs text-muted-foreground">Untick changes you don't want.</p>
      ) : null}
      <ul className="grid gap-2">
        {suggestion.suggestions.map((item) => (
          <ChosenChange
            key={item.item_id}
            item={item}
            effect={effects.get(item.item_id)}
            choice={choice}
          />
        ))}
      </ul>
    </div>
  );
}

function ChosenChange(props: {
  item: SuggestionItem;
  /** Undefined: it is not chosen. */
  effect: string | undefined;
  choice: Choice | undefined;
}) {
  const { item, effect, choice } = props;
  const id = useId();
  const { carriedOutBy } = factsOf(item.change);
  return (
    <li className="flex gap-2 text-sm">
      {choice === undefined ? null : (
        <Checkbox
          className="mt-0.5"
          checked={choice.chosenIds.includes(item.item_id)}
          onCheckedChange={(checked) => choice.toggle(item.item_id, checked)}
          aria-labelledby={id}
        />
      )}
      <div className="min-w-0 break-words">
        <span id={id} className="font-medium">
          <CodeText text={item.title} />
        </span>{" "}
        {carriedOutBy === "sidecar" ? null : (
          <Badge tone="info">
            {carriedOutBy === "developers" ? "for developers" : "partly for developers"}
          </Badge>
        )}{" "}
        {item.is_approved === null ? null : (
          <Badge tone={item.is_approved ? "positive" : "neutral"}>
            {item.is_approved ? "approved" : "not approved"}
          </Badge>
        )}
        {effect === undefined ? null : <p className="text-muted-foreground">{effect}</p>}
      </div>
    </li>
  );
}
