"use client";
import { useQuery } from "@tanstack/react-query";
import { OctagonAlertIcon } from "lucide-react";
import { AuditList } from "@/components/audit/audit-list";
import { FindingsPanel } from "@/components/findings/findings-panel";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { isAdvice, isProving, type Suggestion } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { Alternatives } from "./alternatives";
import { ChangeItem } from "./change-item";
import { EvidencePanel } from "./evidence-panel";
import { Section } from "./frame";
import { findRollback, hasNoResult, isFailedProof } from "./lifecycle";
import { MeasuredSets } from "./measured-sets";
import { OperationPanel } from "./operation-panel";
import { ProofLogPanel } from "./proof-log-panel";
import { ProofPanel } from "./proof-panel";
import { SchemaDiffTable } from "./schema-diff-table";
import { SearchPanel } from "./search-panel";
import { DoesNotFit, NothingToDo, RequestedBy } from "./suggestion-alerts";
import type { Actions, Choice } from "./use-decision";
import { describeAlternatives } from "./wording";

interface SuggestionBodyProps {
  suggestion: Suggestion;
  /** Undefined: nothing is to be chosen (any more, or by this person). */
  choice: Choice | undefined;
  actions: Actions;
}

export function SuggestionBody({ suggestion, choice, actions }: SuggestionBodyProps) {
  const canReadAudit = useCan("audit.read");
  const newestFirst = [...suggestion.operations].sort((a, b) =>
    b.created_at.localeCompare(a.created_at),
  );
  return (
    <div className="grid min-w-0 gap-6 lg:col-start-1 lg:row-start-1">
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
      <SearchPanel suggestion={suggestion} actions={actions} />
      <SetEvidence suggestion={suggestion} />
      <Changes suggestion={suggestion} choice={choice} />
      <SchemaDiffs suggestion={suggestion} />
      <MeasuredSets suggestion={suggestion} />
      {isProving(suggestion.state) || hasNoResult(suggestion) || fitsWhole(suggestion) ? null : (
        <Section
          id="alternatives"
          title={suggestion.requested === null ? "Alternatives not chosen" : "Tested changes"}
          description={describeAlternatives(suggestion)}
        >
          <Alternatives items={suggestion.alternatives} basis={suggestion.basis} />
        </Section>
      )}
      {suggestion.findings.length === 0 ? null : (
        <Section
          id="findings"
          title="Data quality findings"
          description="Found while testing on the shadow copy. The sidecar does not change these; your team can."
        >
          <FindingsPanel findings={suggestion.findings} />
        </Section>
      )}
      {suggestion.basis === "measured" ? <ProofLogPanel suggestion={suggestion} /> : null}
      {canReadAudit ? (
        <section aria-labelledby="trail-title" className="grid gap-3">
          <h2 id="trail-title" className="text-base font-semibold tracking-tight">
            Audit log
          </h2>
          <AuditList subjectId={suggestion.suggestion_id} />
        </section>
      ) : null}
    </div>
  );
}

/** Of what was asked for there is nothing else to show. */
const fitsWhole = ({ requested, alternatives }: Suggestion): boolean =>
  requested !== null && alternatives.length === 0;

function NoAdvice({ suggestion }: Pick<SuggestionBodyProps, "suggestion">) {
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

function Changes({ suggestion, choice }: Omit<SuggestionBodyProps, "actions">) {
  if (suggestion.suggestions.length === 0) return null;
  return (
    <Section
      id="changes"
      title="Proposed changes"
      description={choice === undefined ? undefined : "Untick changes you don't want."}
    >
      <ul className="grid gap-8 divide-y [&>li:not(:last-child)]:pb-8">
        {suggestion.suggestions.map((item) => (
          <li key={item.item_id} className="min-w-0">
            <ChangeItem
              item={item}
              isOneOfSeveral={suggestion.suggestions.length > 1}
              choice={
                choice && {
                  isChosen: choice.chosenIds.includes(item.item_id),
                  onChange: (isChosen) => choice.toggle(item.item_id, isChosen),
                }
              }
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** One diff a table, with all of the suggestion's changes in it. */
function SchemaDiffs({ suggestion }: { suggestion: Suggestion }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.product.overview.queryOptions());
  // A table of the same name in another product, or in a request's own schema, is another table.
  if (data == null || data.product_id !== suggestion.product_id) return null;
  const changes = suggestion.suggestions.flatMap(({ change }) => (isAdvice(change) ? [] : change));
  const touched = new Set(changes.map((change) => change.table));
  const tables = data.schema?.tables.filter((table) => touched.has(table.name)) ?? [];
  // Ids take no spaces, names do.
  return tables.map((table, index) => (
    <Section
      key={table.name}
      id={`schema-${index}`}
      title={`Schema of ${table.name}, before and after`}
    >
      <SchemaDiffTable table={table} changes={changes} />
    </Section>
  ));
}
