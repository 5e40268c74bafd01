"use client";
import { QueryError } from "@/components/common/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import { Alternatives } from "../alternatives";
import { Section } from "../frame";
import { MeasuredSets } from "../measured-sets";
import type { TabProps } from "../tab-props";
import { useFullSuggestion } from "../use-full-suggestion";
import { describeAlternatives } from "../wording";

/** What else was considered, why it was not chosen, and the combinations that were measured. */
export default function AlternativesTab({ suggestion, actions }: TabProps) {
  const full = useFullSuggestion(suggestion.suggestion_id);
  if (full.isError) {
    return <QueryError error={full.error} onRetry={() => void full.refetch()} />;
  }
  if (full.data === undefined) return <Skeleton className="h-96" />;
  return (
    <>
      <Section
        id="alternatives"
        title={suggestion.requested === null ? "Alternatives not chosen" : "Tested changes"}
        description={describeAlternatives(full.data)}
      >
        <Alternatives suggestion={full.data} actions={actions} />
      </Section>
      <MeasuredSets suggestion={full.data} />
    </>
  );
}
