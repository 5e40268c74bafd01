import dynamic from "next/dynamic";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import type { DecisionCard, Suggestion } from "@/server/contracts";
import { CardLines } from "./card-lines";
import { ChosenChanges } from "./chosen-changes";
import { DecisionPanel, type DecisionPanelProps } from "./decision-panel";
import type { Choice } from "./use-decision";

// Of a choice that was not measured together alone.
const MeasureButton = dynamic(() => import("./measure-button").then((m) => m.MeasureButton));

interface DecisionCardPanelProps extends DecisionPanelProps {
  /** Of the chosen changes; null: nothing is suggested. */
  card: DecisionCard | null;
  /** Undefined: nothing is to be chosen (any more, or by this person). */
  choice: Choice | undefined;
}

/** What a reviewer decides by and the decision itself, above the fold. */
export function DecisionCardPanel({ card, choice, ...decision }: DecisionCardPanelProps) {
  const { suggestion } = decision;
  return (
    <aside aria-label="Decision">
      <Card>
        <CardHeader>
          <CardTitle>Decision</CardTitle>
        </CardHeader>
        <CardContent className="grid grid-cols-1 gap-5">
          <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
            {card === null ? null : (
              <ChosenChanges suggestion={suggestion} card={card} choice={choice} />
            )}
            <DecisionPanel {...decision} />
          </div>
          {card === null ? null : (
            <>
              <CardLines card={card} />
              <NotTogether suggestion={suggestion} card={card} />
            </>
          )}
        </CardContent>
      </Card>
    </aside>
  );
}

/** A choice that nobody has measured can be: nothing is added up in its place. */
function NotTogether({ suggestion, card }: { suggestion: Suggestion; card: DecisionCard }) {
  if (card.is_measured_together || suggestion.basis === "estimate") return null;
  const ids = new Set(card.changes.map(({ item_id }) => item_id));
  const items = suggestion.suggestions.filter(({ item_id }) => ids.has(item_id));
  return (
    <MeasureButton items={items} productId={suggestion.product_id} label="Measure these together" />
  );
}
