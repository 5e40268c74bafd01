import type { Change, ClusterTableChange, TargetType } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "./quote";

/**
 * A change as one statement that a person can edit, and `readChangeStatement` reads back to the very change. It
 * is never executed: what runs is compiled from the change. null where no statement says all of it: rewritten
 * queries, summaries (made for the queries that read them), UNIQUE, keys of NULLs, columns with constraints.
 */
export function changeStatement(change: Change): string | null {
  const table = quoteIdentifier(change.table);
  switch (change.kind) {
    case "add_index": {
      const name = quoteIdentifier(`${change.table}_${change.column}`);
      return `CREATE INDEX ${name} ON ${table} (${quoteIdentifier(change.column)});`;
    }
    case "drop_index":
      return `DROP INDEX ${quoteIdentifier(change.index)};`;
    case "cluster_table":
      return `CREATE OR REPLACE TABLE ${table} AS\nSELECT * FROM ${table}\nORDER BY ${orderTerms(change)};`;
    case "change_type":
      return `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(change.column)} TYPE ${typeText(change.to)};`;
    case "add_constraint":
      return constraintStatement(table, change);
    case "add_column": {
      if (change.is_required || change.references !== null) return null;
      const fallback = change.default === null ? "" : ` DEFAULT ${literal(change.default)}`;
      return `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(change.column)} ${change.type}${fallback};`;
    }
    case "materialize_summary":
    case "rewrite_query":
      return null;
  }
}

function constraintStatement(
  table: string,
  { constraint, columns }: Extract<Change, { kind: "add_constraint" }>,
): string | null {
  const names = columns.map(quoteIdentifier);
  if (constraint === "PRIMARY KEY")
    return `ALTER TABLE ${table} ADD PRIMARY KEY (${names.join(", ")});`;
  if (constraint === "UNIQUE" || names.length !== 1) return null;
  return `ALTER TABLE ${table} ALTER COLUMN ${names[0]} SET NOT NULL;`;
}

/** Of ranges, the range; of a space-filling curve, `morton(a, b)`, which stands for it. */
function orderTerms({ keys, curve, step }: ClusterTableChange): string {
  const names = keys.map(quoteIdentifier).join(", ");
  if (curve === "morton") return `morton(${names})`;
  if (step === undefined) return names;
  return typeof step === "number" ? `${names} // ${step}` : `date_trunc('${step}', ${names})`;
}

const typeText = (to: TargetType): string =>
  to.name === "ENUM" ? `ENUM (${to.values.map(quoteLiteral).join(", ")})` : to.name;

const literal = (value: string | number | boolean): string =>
  typeof value === "string" ? quoteLiteral(value) : String(value);
