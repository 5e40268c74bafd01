import type { ComponentProps } from "react";
import { type Fact, Facts } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { isOpen, isProving, type Suggestion } from "@/server/contracts";
import { formatPercent } from "@/server/format";
import { DecisionPanel } from "./decision-panel";
import { FeedbackPanel } from "./feedback-panel";
import { hasNoResult } from "./lifecycle";
import { Reviews } from "./reviews";

/** The decision beside the evidence: what to do, what was decided, and until when. */
export function SuggestionAside(props: ComponentProps<typeof DecisionPanel>) {
  const { suggestion } = props;
  return (
    <aside
      aria-label="Decision"
      className="grid gap-4 lg:sticky lg:top-20 lg:col-start-2 lg:row-start-1"
    >
      <Card>
        <CardHeader>
          <CardTitle>Decision</CardTitle>
        </CardHeader>
        <CardContent className="grid gap-4">
          <DecisionPanel {...props} />
          <Facts facts={listFacts(suggestion)} className="sm:grid-cols-2" />
          <p className="border-t pt-3 text-xs break-words text-muted-foreground">
            {suggestion.note}
          </p>
        </CardContent>
      </Card>
      <Card>
        <CardHeader>
          <CardTitle>Reviews</CardTitle>
        </CardHeader>
        <CardContent>
          <Reviews reviews={suggestion.reviews} isOpen={isOpen(suggestion.state)} />
        </CardContent>
      </Card>
      <FeedbackPanel suggestion={suggestion} />
    </aside>
  );
}

function listFacts(suggestion: Suggestion): Fact[] {
  const isProved = !isProving(suggestion.state);
  const confidence = isProved ? formatPercent(suggestion.confidence) : "–";
  // How far a promise can be trusted: a proof without a result makes none, nor does one that suggests nothing.
  const isPromise = !hasNoResult(suggestion) && suggestion.state !== "no_gain";
  const facts: Fact[] = [
    ...(isPromise ? [{ label: "Confidence", value: confidence }] : []),
    { label: "Updated", value: <RelativeTime iso={suggestion.updated_at} /> },
  ];
  if (suggestion.expires_at !== null && suggestion.state === "pending") {
    const value = <RelativeTime iso={suggestion.expires_at} isDeadline />;
    facts.push({ label: "Expires", value });
  }
  return facts;
}
