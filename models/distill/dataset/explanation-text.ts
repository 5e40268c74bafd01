import type { ExplanationInput } from "@/server/inference/tasks";

/** What a change does, in a subordinate clause. */
const DOES: Record<string, string> = {
  add_index: "An index on <target> finds the few matching rows at once",
  drop_index: "Without the index on <target>, <table> is scanned or written more cheaply",
  cluster_table: "Rows of <table> that belong together by <target> are stored together",
  morton: "Rows near each other in any of <target> are stored near each other",
  change_type: "<target> is kept in a type of its own form",
  ENUM: "<target> has few values, kept as small numbers instead of text",
  DATE: "<target> holds dates, kept as dates instead of text",
  TIMESTAMP: "<target> holds points in time, kept as such instead of text",
  UUID: "<target> is kept in half the space of its text",
  add_constraint: "A key on <target> lets single rows be found and refuses duplicates",
  materialize_summary: "A small table holds the totals by <target> ready",
  rewrite_query: "The query says the same in a form that DuckDB runs faster",
  sargable_predicate: "The query compares <target> itself, so that parts of <table> can be skipped",
  drop_distinct: "The key excludes duplicates already, so none are searched for",
  drop_order_by: "Rows are no longer sorted where their order is lost anyway",
  decorrelate_subquery: "The totals are computed once and joined, not row by row",
  not_in_to_anti_join: "Rows without a partner are found by one join",
  top_n: "Only the first rows are kept instead of numbering all",
};

const QUERIES: Record<ExplanationInput["use"], string> = {
  lookup: "look-ups",
  range: "searches by range",
  group: "grouped totals",
  join: "joins",
  sort: "sorted lists",
  read: "reads",
};

const SIZES: Record<ExplanationInput["size"], string> = {
  small: "a little",
  large: "much",
  huge: "nearly all",
};

/** The text a teacher of plain words gives to these facts: cause, effect, price. */
export function explanationText(facts: ExplanationInput): string {
  const { kind, detail, use, verdict, size, cost } = facts;
  const does = DOES[detail ?? ""] ?? DOES[kind] ?? "";
  const queries = QUERIES[use];
  if (verdict === "results_differ") {
    return `${does}, but some queries then answer differently, so it is left out.`;
  }
  if (verdict === "no_gain") {
    return `${does}, yet ${queries} of <table> took <after> against <before>: no gain worth a change.`;
  }
  if (verdict === "slower") {
    return `${does}, but ${queries} of <table> became slower, from <before> to <after>.`;
  }
  const effect = `${does}: ${queries} take <after> instead of <before>, ${SIZES[size]} of their time saved (<gain>).`;
  if (verdict === "cost_exceeds_gain") {
    return `${effect} ${cost === "inserts" ? "Slower inserts (<inserts>)" : "What it costs (<storage>)"} would outweigh it.`;
  }
  if (cost === "none") return effect;
  return `${effect} ${cost === "inserts" ? "Inserts take <inserts> as long." : "It adds <storage> of storage."}`;
}
