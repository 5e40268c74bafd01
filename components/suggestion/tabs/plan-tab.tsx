"use client";
import { useQuery } from "@tanstack/react-query";
import { CodeText } from "@/components/common/blocks";
import { useTRPC } from "@/components/trpc/client";
import { isAdvice, type Suggestion } from "@/server/contracts";
import { ChangeSql } from "../change-sql";
import { EditChange } from "../edit-change";
import { Section } from "../frame";
import { SchemaDiffTable } from "../schema-diff-table";
import type { TabProps } from "../tab-props";

/** What runs, how it is undone, what developers change, and the schema before and after. */
export default function PlanTab({ suggestion }: TabProps) {
  return (
    <>
      <Section
        id="plan"
        title="Plan"
        description="Approved statements run in one transaction, after the rollback has been stored."
      >
        <ul className="grid grid-cols-1 gap-8">
          {suggestion.suggestions.map((item) => (
            <li key={item.item_id} className="grid min-w-0 grid-cols-1 gap-4">
              <h3 className="font-semibold break-words">
                <CodeText text={item.title} />
              </h3>
              <ChangeSql item={item} />
              <EditChange suggestion={suggestion} item={item} />
            </li>
          ))}
        </ul>
      </Section>
      <SchemaDiffs suggestion={suggestion} />
    </>
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
