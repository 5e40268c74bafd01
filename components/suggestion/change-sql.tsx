"use client";
import { useQuery } from "@tanstack/react-query";
import { CodeXmlIcon } from "lucide-react";
import { SqlBlock } from "@/components/sql/sql-block";
import { SqlDiff } from "@/components/sql/sql-diff";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { rewritesOf, type SuggestionItem } from "@/server/contracts";
import { Part } from "./frame";

/** What a change consists of: SQL that is run, queries that the developers change, or both. */
export function ChangeSql({ item }: { item: SuggestionItem }) {
  // The sidecar executes nothing that was not measured.
  const isEstimate = item.estimated_impact.basis === "estimate";
  return (
    <>
      {item.execution_sql === "" ? null : (
        <Part title={isEstimate ? "SQL to run yourself" : "SQL to be executed"}>
          <SqlBlock sql={item.execution_sql} label={`SQL of ${item.title}`} />
          <WayBack item={item} />
        </Part>
      )}
      {rewritesOf(item.change).length === 0 ? null : (
        <Part title="Change to the product's queries">
          <QueryRewrites item={item} />
        </Part>
      )}
    </>
  );
}

function WayBack({ item }: { item: SuggestionItem }) {
  if (item.revert_sql === null) {
    return <p className="text-sm text-negative">This change cannot be rolled back.</p>;
  }
  return (
    <>
      <h4 className="text-sm font-semibold">Rollback SQL</h4>
      <SqlBlock sql={item.revert_sql} label={`Rollback SQL of ${item.title}`} />
    </>
  );
}

/** Queries that the product's developers would have to change, each before and after. */
export function QueryRewrites({ item }: { item: SuggestionItem }) {
  const textOf = useQueryTexts(item);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-4">
      <Alert
        tone="info"
        icon={<CodeXmlIcon className="size-4" />}
        title="Your developers make this change; the sidecar does not execute it"
      >
        <p>
          The query is in the product's code. Parameters keep their numbers;{" "}
          {item.evidence?.basis === "measured"
            ? "the evidence shows whether results are equal."
            : "nothing was replayed, so compare results before you use it."}
        </p>
      </Alert>
      {rewritesOf(item.change).map(({ fingerprint, sql }) => {
        const before = textOf(fingerprint);
        return before === undefined ? (
          <SqlBlock key={fingerprint} sql={sql} label={`New text of query ${fingerprint}`} />
        ) : (
          <SqlDiff key={fingerprint} before={before} after={sql} label={item.title} />
        );
      })}
    </div>
  );
}

/** Texts as the product sends them: from what was measured, else from the observed workload. */
function useQueryTexts({ change, evidence }: SuggestionItem) {
  const trpc = useTRPC();
  const measured = evidence?.basis === "measured" ? evidence.queries : [];
  const known = new Map(measured.map((query) => [query.fingerprint, query.sql]));
  const isMissing = rewritesOf(change).some(({ fingerprint }) => !known.has(fingerprint));
  const { data } = useQuery({ ...trpc.product.patterns.queryOptions(), enabled: isMissing });
  return (fingerprint: string) =>
    known.get(fingerprint) ??
    data?.find(({ pattern }) => pattern.fingerprint === fingerprint)?.pattern.sql;
}
