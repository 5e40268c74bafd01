import { CircleCheckIcon } from "lucide-react";
import { formatInterval, formatPlural } from "@/components/format";
import { Alert } from "@/components/ui/alert";
import type { MeasuredEvidence, Suggestion, SuggestionItem } from "@/server/contracts";

/** The honest end of a proof that accepted nothing: how much was tried, and how far the best came. */
export function NothingToDo({ suggestion }: { suggestion: Suggestion }) {
  const { alternatives } = suggestion;
  const best = findBest(alternatives);
  const measured = alternatives.filter((item) => measuredOf(item) !== undefined).length;
  const untried = alternatives.length - measured;
  return (
    <Alert tone="info" icon={<CircleCheckIcon className="size-4" />} title="Nothing to do">
      <p>
        {alternatives.length === 0
          ? "The rules saw no change worth a trial in this schema and workload."
          : `${formatPlural(measured, "change was", "changes were")} measured on a shadow copy, and none was worth it${untried === 0 ? "" : `; ${untried} more ended before there was a measurement`}.`}
      </p>
      {best === undefined ? null : (
        <p className="mt-1">
          The best of them, “{best.item.title}”, would save {formatInterval(best.gain)} of the
          workload's time. {best.item.verdict?.reason}
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
