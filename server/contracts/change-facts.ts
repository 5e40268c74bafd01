import type { Change, ChangeKind, ChangeOf, QueryRewrite, RewriteRule, TargetType } from "./change";
import { describeStep } from "./describe-step";

/** A part of a table as it stands before and after a change; null: it is not there. */
export interface ChangedPart {
  part: "column" | "index" | "constraint" | "row order" | "new table";
  name: string;
  before: string | null;
  after: string | null;
}

/** What a change says of itself, without the schema: pages, shell and API read it as well as the advisor. */
export interface ChangeFacts<Kind extends ChangeKind> {
  /** The kind in two or three words, as a label: `Add index`. */
  label: string;
  /** What the kind does, one sentence. */
  description: string;
  /**
   * Who carries it out: the sidecar executes it; or the product's developers, whose code sends the
   * queries; or the sidecar makes a table and the developers send the new texts that read it.
   */
  carriedOutBy: "sidecar" | "developers" | "both";
  /**
   * What its execution does to writes by others: they fail until its transaction ends (`held`), wait for
   * the end alone (`brief`), or nobody tested it (`untested`).
   */
  writeLock: "none" | "brief" | "untested" | "held";
  /** What it does to a query, a clause in which `<table>` and `<target>` stand for the names. */
  effect(change: ChangeOf<Kind>): string;
  /** Columns it names in its table. */
  columns(change: ChangeOf<Kind>): string[];
  /** Query texts it replaces. */
  rewrites(change: ChangeOf<Kind>): QueryRewrite[];
  /** Parts of the table that differ afterwards. */
  parts(change: ChangeOf<Kind>): ChangedPart[];
}

const REWRITE_EFFECTS: Record<RewriteRule, string> = {
  prune_star: "The query reads only the columns that are used",
  sargable_predicate:
    "A range of the bare column stands beside the filter, so scans of <table> skip row groups",
  drop_distinct: "A key already excludes duplicates, so the query no longer searches for them",
  drop_order_by: "The query no longer sorts rows whose order is lost anyway",
  decorrelate_subquery: "Totals are computed once and joined instead of once per row",
  not_in_to_anti_join: "Rows without a match are found by one join",
  or_to_in: "One list of values is looked up instead of one comparison after the other",
  top_n: "Only the first rows are kept instead of numbering all of them",
  share_subquery: "A subquery that stood in several places is computed once",
};

const TYPE_EFFECTS: Partial<Record<TargetType["name"], string>> = {
  ENUM: "<target> has few distinct values, stored as small numbers instead of text",
  DATE: "<target> is stored as dates instead of text",
  TIMESTAMP: "<target> is stored as timestamps instead of text",
  UUID: "<target> is stored as UUIDs in half the space of their text",
};

export const CHANGE_FACTS: { readonly [Kind in ChangeKind]: ChangeFacts<Kind> } = {
  add_index: {
    label: "Add index",
    description: "Creates an index on one column, so that queries for single values need no scan.",
    carriedOutBy: "sidecar",
    writeLock: "untested",
    effect: () => "An index on <target> finds the few matching rows directly",
    columns: ({ column }) => [column],
    rewrites: () => [],
    parts: ({ column }) => [{ part: "index", name: column, before: null, after: "index" }],
  },
  drop_index: {
    label: "Drop index",
    description: "Drops an index that no query benefits from; writes become cheaper.",
    carriedOutBy: "sidecar",
    writeLock: "brief",
    effect: () => "Without the index on <target>, <table> is scanned or written at less cost",
    columns: () => [],
    rewrites: () => [],
    parts: ({ index }) => [{ part: "index", name: index, before: "index", after: null }],
  },
  cluster_table: {
    label: "Cluster table",
    description: "Stores the rows in another order, so that queries skip row groups.",
    carriedOutBy: "sidecar",
    writeLock: "held",
    effect: ({ curve }) =>
      curve === "morton"
        ? "Rows of <table> with similar values of <target> are stored together, so scans skip row groups"
        : "Rows of <table> are stored in the order of <target>, so scans skip row groups",
    columns: ({ keys }) => keys,
    rewrites: () => [],
    parts: (change) => [
      { part: "row order", name: "stored rows", before: "as inserted", after: orderOf(change) },
    ],
  },
  change_type: {
    label: "Change type",
    description: "Stores a column in a type that is smaller or compares faster.",
    carriedOutBy: "sidecar",
    writeLock: "held",
    effect: ({ to }) =>
      TYPE_EFFECTS[to.name] ?? "<target> is stored in a type that fits its values",
    columns: ({ column }) => [column],
    rewrites: () => [],
    parts: (change) => [
      { part: "column", name: change.column, before: change.from, after: typeOf(change) },
    ],
  },
  add_constraint: {
    label: "Add constraint",
    description: "Declares a key or NOT NULL that the data satisfy already; a key is indexed.",
    carriedOutBy: "sidecar",
    writeLock: "held",
    effect: () => "A key on <target> finds single rows directly and refuses duplicates",
    columns: ({ columns }) => columns,
    rewrites: () => [],
    parts: ({ columns, constraint }) => [
      {
        part: "constraint",
        name: columns.join(", "),
        before: null,
        after: constraint.toLowerCase(),
      },
    ],
  },
  materialize_summary: {
    label: "Create summary table",
    description: "Creates a table of pre-computed aggregates that grouped queries can read.",
    carriedOutBy: "both",
    writeLock: "none",
    effect: () => "A small table holds the totals by <target> precomputed",
    columns: () => [],
    rewrites: ({ rewrites }) => rewrites,
    parts: (change) => [
      { part: "new table", name: change.name, before: null, after: contentOf(change) },
    ],
  },
  rewrite_query: {
    label: "Rewrite query",
    description: "Replaces a query's text by one that returns the same rows faster.",
    carriedOutBy: "developers",
    writeLock: "none",
    effect: ({ rule }) => REWRITE_EFFECTS[rule],
    columns: () => [],
    rewrites: ({ rewrites }) => rewrites,
    parts: () => [],
  },
  add_column: {
    label: "Add column",
    description: "Adds a column behind the others, with a default, NOT NULL or a foreign key.",
    carriedOutBy: "sidecar",
    writeLock: "held",
    effect: ({ references }) =>
      references === null
        ? "<table> gets the column <target>"
        : "<table> gets the column <target>, whose values are keys of another table",
    // None that is there already.
    columns: () => [],
    rewrites: () => [],
    parts: (change) => [
      { part: "column", name: change.column, before: null, after: columnOf(change) },
    ],
  },
};

/** What the change's kind says of it. */
export function factsOf<Kind extends ChangeKind>(change: { kind: Kind }): ChangeFacts<Kind> {
  return CHANGE_FACTS[change.kind];
}

/** Columns a change names in its table; none where it concerns a query or an index by name. */
export const changedColumns = (change: Change): string[] => factsOf(change).columns(change);

/** Query texts a change replaces. */
export const rewritesOf = (change: Change): QueryRewrite[] => factsOf(change).rewrites(change);

/** Advice for the product's developers: the sidecar has nothing to execute. */
export const isAdvice = (change: Change): boolean => factsOf(change).carriedOutBy === "developers";

function orderOf({ keys, curve, step }: ChangeOf<"cluster_table">): string {
  const names = keys.join(", ");
  if (curve === "morton") return `in Morton (Z-) order of ${names}`;
  return step === undefined ? `ordered by ${names}` : `ordered by ${names} (${describeStep(step)})`;
}

function typeOf({ to }: ChangeOf<"change_type">): string {
  if (to.name !== "ENUM") return to.name;
  const shown = to.values.slice(0, 4).map((value) => `'${value}'`);
  const rest = to.values.length - shown.length;
  return `ENUM(${shown.join(", ")}${rest > 0 ? `, … ${rest} more` : ""})`;
}

function contentOf({ keys, measures }: ChangeOf<"materialize_summary">): string {
  const by = keys.map((key) => (key.unit === null ? key.column : `${key.unit} of ${key.column}`));
  const of = measures.map(({ aggregate, column }) => `${aggregate}(${column ?? "*"})`);
  return `${of.join(", ")} by ${by.length > 0 ? by.join(", ") : "all rows"}`;
}

function columnOf({
  type,
  default: value,
  is_required,
  references,
}: ChangeOf<"add_column">): string {
  const parts = [type];
  if (is_required) parts.push("not null");
  if (value !== null) parts.push(`default ${JSON.stringify(value)}`);
  if (references !== null) parts.push(`references ${references.table}(${references.column})`);
  return parts.join(" ");
}
