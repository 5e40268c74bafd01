import { SqlBlock } from "@/components/sql/sql-block";
import { rewritesOf, type SuggestionItem } from "@/server/contracts";
import { QueryRewrites } from "./query-rewrites";
import { Part } from "./section";

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
    <details>
      <summary className="w-fit text-sm font-medium text-primary">Rollback SQL</summary>
      <div className="mt-2">
        <SqlBlock sql={item.revert_sql} label={`Rollback SQL of ${item.title}`} />
      </div>
    </details>
  );
}
