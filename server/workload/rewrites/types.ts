import type { Ast } from "../ast";
import type { QueryRewriteOption, Tables } from "../shape";

export interface RewriteContext {
  tables: Tables;
  /** Lower-case names of all CTEs of the query: they hide tables of the same name. */
  cteNames: ReadonlySet<string>;
  aggregates: ReadonlySet<string>;
}

/** One way of writing a query anew. */
export interface Rewrite {
  rule: QueryRewriteOption["rule"];
  why: string;
  /** Changes the statement's query in place at every place the rule fits; false: nowhere. */
  apply(query: Ast, context: RewriteContext): boolean;
}
