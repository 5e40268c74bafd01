"use client";
import { OctagonAlertIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { Alert } from "@/components/ui/alert";
import { isProving, type Suggestion } from "@/server/contracts";
import { findRollback, isFailedProof, isSearchOpen } from "./lifecycle";
import type { TabProps } from "./tab-props";

// Each loads with the page that shows it, and with no other.
const OperationPanel = dynamic(() => import("./operation-panel").then((m) => m.OperationPanel));
const ProofPanel = dynamic(() => import("./proof-panel").then((m) => m.ProofPanel));
const RequestedBy = dynamic(() => import("./suggestion-alerts").then((m) => m.RequestedBy));
const NothingToDo = dynamic(() => import("./suggestion-alerts").then((m) => m.NothingToDo));
const DoesNotFit = dynamic(() => import("./suggestion-alerts").then((m) => m.DoesNotFit));
const SearchPanel = dynamic(() => import("./search-panel").then((m) => m.SearchPanel));

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
