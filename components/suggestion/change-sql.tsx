import { SqlBlock } from "@/components/sql/sql-block";
import { rewritesOf, type SuggestionItem } from "@/server/contracts";
import { Part } from "./part";
import { QueryRewrites } from "./query-rewrites";

/** What a change consists of: SQL that is run, queries that the developers change, or both. */
export function ChangeSql({ item }: { item: SuggestionItem }) {
  // The sidecar executes nothing that was not measured.
  const isEstimate = item.estimated_impact.basis === "estimate";
  return (
    <>
      {item.execution_sql === "" ? null : (
        <Part title={isEstimate ? "SQL to run yourself" : "SQL that will run"}>
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
    return <p className="text-sm text-negative">There is no way back by SQL.</p>;
  }
  return (
    <details>
      <summary className="w-fit text-sm font-medium text-primary">SQL of the way back</summary>
      <div className="mt-2">
        <SqlBlock sql={item.revert_sql} label={`SQL that reverts ${item.title}`} />
      </div>
    </details>
  );
}
