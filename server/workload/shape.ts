import type { CalendarUnit, JsonScalar, RewriteRule, UnreadReason } from "@/server/contracts";

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
  /**
   * 1-based numbers of the parameters compared with; empty for column-to-column comparisons and
   * where an expression stands (`d < $1 + INTERVAL 30 DAY`): its parameters are none of the column's.
   */
  parameters: number[];
  /** Of a range: the end it gives; BETWEEN gives both, in this order. */
  end?: "lower" | "upper" | "both";
  /** Equalities joined by OR: zone maps serve them as they serve IN, an index does not. */
  isAlternative?: true;
  /** Holds for every row but those with one value (`<>`), or for every row that is not NULL. */
  exceptFor?: "value" | "null";
  /** A condition on several columns, or a subquery: DuckDB checks it after the scan. */
  isAfterScan?: true;
}

/** Two columns compared for equality across tables. */
export interface JoinFeature {
  left: ColumnRef;
  right: ColumnRef;
  /** One side is in a subquery of an expression (IN, EXISTS): it multiplies and drops no rows. */
  isMembership?: true;
}

/** A normalized query and what it does, as DuckDB's own parser sees it. */
export interface QueryShape {
  fingerprint: string;
  sql: string;
  kind: "select" | "insert" | "update" | "delete" | "other";
  isParsed: boolean;
  parameterCount: number;
  /** Of a write: the table it writes to, which is the first of `tables`. */
  target?: string;
  /** Of a write: its columns that get the value of a parameter as it is. */
  assignments?: { column: string; parameter: number }[];
  /** Tables that are read or written. */
  tables: string[];
  filters: FilterFeature[];
  joins: JoinFeature[];
  groupBy: ColumnRef[];
  orderBy: ColumnRef[];
  projected: ColumnRef[];
  selectsStar: boolean;
  aggregates: string[];
  limit: number | null;
  /** Number of the parameter that is the result's OFFSET. */
  offsetParameter?: number;
  /**
   * The column itself by which the result's rows are ordered first, where each is a row that was read:
   * not of DISTINCT or PIVOT. A LIMIT then takes the first rows by it.
   */
  topBy?: ColumnRef;
  /**
   * Tables of which ORDER BY … LIMIT takes the first rows by a column: DuckDB narrows their scan by the
   * rows found so far.
   */
  topTables?: string[];
  /** Columns that ON CONFLICT names: DuckDB accepts it only where they are a key. */
  conflictKey?: string[];
}

/**
 * Where parameter $i of the normalized text comes from in the text that was sent. `index` is 1-based:
 * 2 is `$2`, or the second `?`; `name` is that of `$name`.
 */
export type ParameterSource =
  | { from: "parameter"; index: number }
  | { from: "name"; name: string }
  | { from: "literal"; value: string | number | boolean | null };

/** The parameters of a call, by place or by name. */
export type SentParameters = readonly JsonScalar[] | Readonly<Record<string, JsonScalar>>;

/** Values of $1..$n of a normalized text in a call of the text that was sent; null: one is missing. */
export function parameterValues(
  sources: readonly ParameterSource[],
  sent: SentParameters,
): JsonScalar[] | null {
  const byName = new Map(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
  const values = sources.map((source) => {
    if (source.from === "literal") return source.value;
    // Of an array, the keys are places from 0.
    const isList = Array.isArray(sent);
    if (source.from === "parameter") {
      return byName.get(String(isList ? source.index - 1 : source.index));
    }
    return isList ? undefined : byName.get(source.name.toLowerCase());
  });
  return values.every((value) => value !== undefined) ? values : null;
}

export interface NormalizedQuery {
  fingerprint: string;
  sql: string;
  kind: QueryShape["kind"];
  isParsed: boolean;
  parameters: ParameterSource[];
}

/** Another text for a query, equal by the rule's argument; the proof compares results anyway. */
export interface QueryRewriteOption {
  rule: RewriteRule;
  /** Parameters keep their numbers. */
  sql: string;
  /** What was changed and why it answers the same, one sentence. */
  why: string;
}

/** A grouped query over one table that a summary table could answer. */
export interface QuerySummary {
  table: string;
  /** Grouping and filter columns: the summary needs a row for each combination. */
  keys: { name: string; column: string; unit: CalendarUnit | null }[];
  measures: {
    name: string;
    aggregate: "count" | "sum" | "min" | "max";
    column: string | null;
  }[];
  /** The query reading the summary instead; the summary's table stands as SUMMARY_PLACEHOLDER. */
  sql: string;
}
export const SUMMARY_PLACEHOLDER = "_sidecar_summary_placeholder";

/** What is known of the tables queries name; the less is known, the fewer rewrites are safe. */
export type Tables = {
  name: string;
  columns: { name: string; type?: string; nullable?: boolean }[];
  constraints?: { type: string; columns: string[] }[];
  indexes?: { columns: string[]; is_unique: boolean }[];
}[];

/** What is known of views: the statement or the query of each, and its columns in order. */
export type Views = readonly {
  name: string;
  sql: string;
  columns?: { name: string; type?: string }[];
}[];

export interface ShapeParser {
  /** Literals become $1..$n (LIMIT and ordinals stay), typed by a cast where the value alone is not. Writes keep their text, with parameters. Unparsable text is kept, folded. */
  normalize(sql: string): Promise<NormalizedQuery>;
  /**
   * Features of a query; columns are resolved against the given tables. `schema`: the one all of them
   * are in; a table of another is then a stranger, named with its schema. A query through a view reads
   * the tables below it.
   */
  parse(sql: string, tables: Tables, schema?: string, views?: Views): Promise<QueryShape>;
  /**
   * Rewrites of a normalized query that may be faster; none when it cannot be parsed. A view that only
   * shows columns of one table is known by that table's.
   */
  rewrite(sql: string, tables: Tables, views?: Views): Promise<QueryRewriteOption[]>;
  /**
   * What a summary table needs to answer a normalized query; null when none can. A view is seen through
   * where it only leaves columns of its table out.
   */
  summarize(sql: string, tables: Tables, views?: Views): Promise<QuerySummary | null>;
  /** Why nothing is known of a text; null: it was read. */
  explainUnread(sql: string): Promise<Unread | null>;
  close(): void;
}

/** Why nothing is known of a query, in a sentence that repeats at most one word of it. */
export interface Unread {
  reason: UnreadReason;
  message: string;
}

/** What texts are read against. */
export interface TextContext {
  tables: Tables;
  /** See `ShapeParser.parse`. */
  schema?: string;
  views?: Views;
  /** Asked for what the texts read alone: neither rewrites nor summaries are looked for. */
  isShapeOnly?: true;
}

/** A text, and one of its shape with literals, as the product sent it. */
export interface DescribedText {
  sql: string;
  example?: string;
}

/** All that is read out of one text. */
export interface TextDescription {
  normalized: NormalizedQuery;
  shape: QueryShape;
  rewrites: QueryRewriteOption[];
  summary: QuerySummary | null;
  unread: Unread | null;
  /** null: none was handed in. */
  example: NormalizedQuery | null;
}

/** Reads everything there is to know of one text. */
export async function describeText(
  parser: ShapeParser,
  { sql, example }: DescribedText,
  { tables, schema, views, isShapeOnly }: TextContext,
): Promise<TextDescription> {
  const normalized = await parser.normalize(sql);
  return {
    normalized,
    shape: await parser.parse(sql, tables, schema, views),
    rewrites: isShapeOnly ? [] : await parser.rewrite(sql, tables, views),
    summary: isShapeOnly ? null : await parser.summarize(sql, tables, views),
    unread: await parser.explainUnread(sql),
    example: example === undefined ? null : await parser.normalize(example),
  };
}

/** What is known of a text that could not be read: nothing but itself. */
export function unreadText(sql: string, fingerprint: string, unread: Unread): TextDescription {
  const text = { fingerprint, sql, kind: "other" as const, isParsed: false };
  const nothing = {
    filters: [],
    joins: [],
    groupBy: [],
    orderBy: [],
    projected: [],
    aggregates: [],
  };
  return {
    normalized: { ...text, parameters: [] },
    shape: { ...text, ...nothing, parameterCount: 0, tables: [], selectsStar: false, limit: null },
    ...{ rewrites: [], summary: null, unread, example: null },
  };
}
