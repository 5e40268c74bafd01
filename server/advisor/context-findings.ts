import type { ColumnSchema, Finding, TableSchema } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import type { FilterFeature } from "@/server/workload/shape";
import { comparesNumber } from "./index-use";
import { chooseColumns } from "./subject-columns";
import { filtersOn, type WorkloadQuery } from "./workload-query";

/** What queries do with a column that no index, order or rewritten text mends. */
interface Kind {
  kind: Extract<Finding["kind"], "row_casts" | "computed_filter" | "text_search">;
  holds(filter: FilterFeature, column: ColumnSchema, query: WorkloadQuery): boolean;
  title(name: string): string;
  detail: string;
  remedy(column: ColumnSchema): string;
}

const isText = ({ type }: ColumnSchema): boolean => /^(VARCHAR|TEXT|STRING|CHAR)\b/i.test(type);
/** Functions of dates: their conditions are rewritten as ranges. */
const DATE_PARTS =
  /^(year|month|day|date_.*|datepart|datetrunc|strftime|cast|epoch.*|time_bucket)$/;
/** What stands around a column without computing with it, or is a finding of its own. */
const NO_FUNCTION = /^(cast|or|not|collate|compare_not_in|expression|.*~~.*|regexp_.*|contains)$/;

/** Another text is offered that lets DuckDB skip row groups. */
const isRewritten = ({ rewrites = [] }: WorkloadQuery): boolean =>
  rewrites.some(({ rule }) => rule === "sargable_predicate");

const KINDS: readonly Kind[] = [
  {
    kind: "row_casts",
    holds: (filter, column, query) =>
      (filter.wrappedBy === "cast" && !isRewritten(query)) || comparesNumber(query, filter, column),
    title: (name) => `Queries make DuckDB cast ${name} for each row`,
    detail:
      "The column and what it is compared with are of different types, and DuckDB casts the column: neither an index nor the stored order helps.",
    remedy: (column) =>
      isText(column)
        ? "Store the column in the type that its queries read it as, or compare it with a text."
        : `Compare the column with a value of its own type, ${column.type}.`,
  },
  {
    kind: "computed_filter",
    holds: ({ wrappedBy }, column) =>
      wrappedBy !== null &&
      !NO_FUNCTION.test(wrappedBy) &&
      (isText(column) || !DATE_PARTS.test(wrappedBy)),
    title: (name) => `Queries filter by a value computed from ${name}`,
    detail:
      "The value is computed for each row. DuckDB takes an index only for a column itself, never for an expression.",
    remedy: ({ name }) =>
      `If these queries matter, store the value in a column of its own beside ${name} when rows are written, and filter by that.`,
  },
  {
    kind: "computed_filter",
    holds: ({ wrappedBy }) => wrappedBy === "collate",
    title: (name) => `Queries compare ${name} under a collation`,
    detail: "DuckDB takes no index for it and reads all rows, also where an index is there.",
    remedy: ({ name }) =>
      `If these queries matter, store lower(${name}) in a column of its own when rows are written, and look that up by =.`,
  },
  {
    kind: "text_search",
    holds: ({ operator, wrappedBy, exceptFor, parameters, isAfterScan }, column) =>
      isText(column) &&
      !isAfterScan &&
      exceptFor === undefined &&
      operator === "other" &&
      parameters.length > 0 &&
      (wrappedBy === null || /~~|regexp_|contains/.test(wrappedBy)),
    title: (name) => `Queries search inside the texts of ${name}`,
    detail:
      "A pattern that does not begin with fixed letters is tested against each row: neither an index nor the stored order helps.",
    remedy: () =>
      "Narrow the rows by another condition first, or build a full-text index (DuckDB's extension fts) if words are searched for.",
  },
];

/** What a request's own queries tell without data: no change the sidecar proposes mends it. Sorted by id. */
export function contextFindings(
  tables: readonly TableSchema[],
  queries: readonly WorkloadQuery[],
): Finding[] {
  const found = new Map<string, Finding>();
  const { columnsOf } = chooseColumns(tables, queries);
  for (const table of tables) {
    for (const column of columnsOf(table)) {
      for (const kind of KINDS) {
        const those = queries.filter((query) =>
          filtersOn(query, table.name, column.name).some((filter) =>
            kind.holds(filter, column, query),
          ),
        );
        const finding = those.length > 0 ? makeFinding(kind, table, column, those) : null;
        if (finding && !found.has(finding.finding_id)) found.set(finding.finding_id, finding);
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.finding_id < b.finding_id ? -1 : 1));
}

function makeFinding(
  kind: Kind,
  table: TableSchema,
  column: ColumnSchema,
  queries: readonly WorkloadQuery[],
): Finding {
  const calls = queries.reduce((sum, { pattern }) => sum + pattern.calls, 0);
  const shapes = formatPlural(queries.length, "query shape");
  return {
    finding_id: `${kind.kind}:${table.name}:${column.name}`,
    kind: kind.kind,
    table: table.name,
    column: column.name,
    severity: "info",
    title: kind.title(`${table.name}.${column.name}`),
    detail: `${shapes} (${formatPlural(calls, "call")}). ${kind.detail}`,
    evidence: { rows: 0, rows_total: table.row_count, values: { calls } },
    remediation: { text: kind.remedy(column), sql: null },
  };
}
