import { CodeText } from "@/components/common/blocks";
import { SEARCHABLE_STATES, type Suggestion } from "@/server/contracts";
import { formatCount } from "@/server/format";
import { CancelButton } from "./cancel-button";
import { ContinueButton } from "./continue-button";
import { Section } from "./frame";
import type { Actions } from "./use-decision";

interface SearchPanelProps {
  suggestion: Suggestion;
  actions: Actions;
}

/** The search after the first advice: whether it runs, what it changed, and more time for it. */
export function SearchPanel({ suggestion, actions }: SearchPanelProps) {
  const { state, basis, search, progress } = suggestion;
  const isSearchable = basis === "measured" && SEARCHABLE_STATES.includes(state);
  const isWorthShowing = search.is_running || search.untested_count > 0 || search.revision > 0;
  if (!isSearchable || !isWorthShowing) return null;
  return (
    <Section id="search" title="Search for better advice" description={describeSearch(search)}>
      {search.revision_note === null ? null : (
        <p className="text-sm break-words">
          Last update: <CodeText text={search.revision_note} />
        </p>
      )}
      {search.is_running && progress !== null ? (
        <p className="text-sm break-words text-muted-foreground">
          <CodeText text={progress.message} />
        </p>
      ) : null}
      {search.is_running ? (
        <CancelButton suggestion={suggestion} actions={actions} label="Stop the search" />
      ) : null}
      <ContinueButton suggestion={suggestion} actions={actions} />
    </Section>
  );
}

function describeSearch({ is_running, untested_count }: Suggestion["search"]): string {
  if (is_running) return "Remaining candidates are being tested. You can decide at any time.";
  if (untested_count === 0) return "Every candidate was tested or ruled out.";
  return `Not tested: ${formatCount(untested_count)}. The search has ended.`;
}
