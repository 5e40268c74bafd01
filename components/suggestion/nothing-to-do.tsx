import { CircleCheckIcon } from "lucide-react";
import { CodeText } from "@/components/common/code-text";
import { Alert } from "@/components/ui/alert";
import type { MeasuredEvidence, Suggestion, SuggestionItem } from "@/server/contracts";
import { describeBestGain, describeNothing } from "./wording";

/** The honest end of an analysis that suggests nothing: how much was tried, and how far the best came. */
export function NothingToDo({ suggestion }: { suggestion: Suggestion }) {
  const best = findBest(suggestion.alternatives);
  return (
    <Alert tone="info" icon={<CircleCheckIcon className="size-4" />} title="Nothing to do">
      <p>{describeNothing(suggestion)}</p>
      {best === undefined ? null : (
        <p className="mt-1">
          The best of them, “<CodeText text={best.item.title} />
          ”, {describeBestGain(best.gain)}. {best.item.verdict?.reason}
        </p>
      )}
    </Alert>
  );
}

function measuredOf({ evidence }: SuggestionItem): MeasuredEvidence | undefined {
  return evidence?.basis === "measured" ? evidence : undefined;
}

function findBest(items: SuggestionItem[]) {
  const gains = items.flatMap((item) => {
    const gain = measuredOf(item)?.workload.gain;
    return gain === undefined ? [] : [{ item, gain }];
  });
  return gains.sort((a, b) => b.gain.value - a.gain.value)[0];
}
