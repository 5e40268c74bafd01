"use client";
import { OctagonAlertIcon } from "lucide-react";
import { Alert } from "@/components/ui/alert";
import { isProving, type Suggestion } from "@/server/contracts";
import { findRollback, isFailedProof } from "./lifecycle";
import { OperationPanel } from "./operation-panel";
import { ProofPanel } from "./proof-panel";
import { isSearchOpen, SearchPanel } from "./search-panel";
import { DoesNotFit, NothingToDo, RequestedBy } from "./suggestion-alerts";
import type { TabProps } from "./tab-props";

/** What is going on, or came of it: errors, executions, the test run, the search, who asked for it. */
export function SuggestionStatus({ suggestion, actions }: TabProps) {
  const newestFirst = [...suggestion.operations].sort((a, b) =>
    b.created_at.localeCompare(a.created_at),
  );
  return (
    <>
      {suggestion.error === null ? null : (
        <Alert
          tone="negative"
          icon={<OctagonAlertIcon className="size-4" />}
          title={titleOfError(suggestion)}
        >
          <p>{suggestion.error.message}</p>
        </Alert>
      )}
      {newestFirst.map((operation) => (
        <OperationPanel
          key={operation.operation_id}
          operation={operation}
          isRollingBack={findRollback(suggestion) === "running"}
        />
      ))}
      {suggestion.requested === null ? null : <RequestedBy requested={suggestion.requested} />}
      {suggestion.state === "no_gain" ? <NoAdvice suggestion={suggestion} /> : null}
      {isProving(suggestion.state) ? (
        <ProofPanel suggestion={suggestion} actions={actions} />
      ) : null}
      {isSearchOpen(suggestion) ? <SearchPanel suggestion={suggestion} actions={actions} /> : null}
    </>
  );
}

function NoAdvice({ suggestion }: { suggestion: Suggestion }) {
  return suggestion.requested === null ? (
    <NothingToDo suggestion={suggestion} />
  ) : (
    <DoesNotFit suggestion={suggestion} />
  );
}

/** What did not succeed: the proof, the execution, or (nothing else leaves an error) the revert. */
function titleOfError(suggestion: Suggestion): string {
  if (isFailedProof(suggestion)) return "The test run failed";
  return suggestion.state === "failed" ? "The execution failed" : "The last rollback failed";
}
