"use client";
import { QueryError } from "@/components/common/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import type { Suggestion } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { ChangeItem } from "../change-item";
import { EvidencePanel } from "../evidence-panel";
import { Section } from "../frame";
import { GradeReasons } from "../grade-reasons";
import type { TabProps } from "../tab-props";
import { useFullSuggestion } from "../use-full-suggestion";

/** Expected impact, decision factors and risks: of all changes together, then of each. */
export default function EvidenceTab({ suggestion }: TabProps) {
  const full = useFullSuggestion(suggestion.suggestion_id);
  if (full.isError) {
    return <QueryError error={full.error} onRetry={() => void full.refetch()} />;
  }
  if (full.data === undefined) return <Skeleton className="h-96" />;
  return (
    <>
      <GradeReasons card={full.data.card} />
      <SetEvidence suggestion={full.data} />
      {full.data.suggestions.map((item) => (
        <Section
          key={item.item_id}
          id={item.item_id}
          title={`Evidence of one change${full.data.suggestions.length > 1 ? ", measured for itself" : ""}`}
        >
          <ChangeItem item={item} isOneOfSeveral={full.data.suggestions.length > 1} />
        </Section>
      ))}
    </>
  );
}

function SetEvidence({ suggestion }: { suggestion: Suggestion }) {
  if (suggestion.set_evidence === null) return null;
  return (
    <Section
      id="impact"
      title="Expected impact of all changes together"
      description={`Measured with ${formatPlural(suggestion.suggestions.length, "change")} applied at once on a shadow copy.`}
    >
      <EvidencePanel evidence={suggestion.set_evidence} label="all changes together" />
    </Section>
  );
}
