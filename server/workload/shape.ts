/** A column as a query names it, resolved to its table where the schema allows. */
export interface ColumnRef {
  table: string;
  column: string;
}

export type FilterOperator = "equals" | "in" | "range" | "like_prefix" | "null_check" | "other";

export interface FilterFeature extends ColumnRef {
  operator: FilterOperator;
  /** Function around the column (`year(creation_date) = …`): an index or zone map cannot serve it. */
  wrappedBy: string | null;
  /** 1-based numbers of the parameters compared with; empty for column-to-column comparisons. */
  parameters: number[];
}

/** A normalized query and what it does, as DuckDB's own parser sees it. */
export interface QueryShape {
  fingerprint: string;
  sql: string;
  kind: "select" | "insert" | "update" | "delete" | "other";
  isParsed: boolean;
  parameterCount: number;
  tables: string[];
  filters: FilterFeature[];
  joins: { left: ColumnRef; right: ColumnRef }[];
  groupBy: ColumnRef[];
  orderBy: ColumnRef[];
  projected: ColumnRef[];
  selectsStar: boolean;
  aggregates: string[];
  limit: number | null;
}

/**
 * Where parameter $i of the normalized text comes from in the text that was sent. `index` is 1-based:
 * 2 is `$2`, or the second `?`.
 */
export type ParameterSource =
  | { from: "parameter"; index: number }
  | { from: "literal"; value: string | number | boolean | null };

export interface NormalizedQuery {
  fingerprint: string;
  sql: string;
  kind: QueryShape["kind"];
  isParsed: boolean;
  parameters: ParameterSource[];
}

export interface ShapeParser {
  /** Literals become $1..$n (LIMIT, OFFSET and ordinals stay). Unparsable text is kept, folded. */
  normalize(sql: string): Promise<NormalizedQuery>;
  /** Features of a query; columns are resolved against the given tables. */
  parse(sql: string, tables: { name: string; columns: { name: string }[] }[]): Promise<QueryShape>;
  close(): void;
}
