/** One query of a workload's definition. */
export interface QueryDefinition {
  name: string;
  /** Parameters stand as $1..$n. */
  sql: string;
  /** Calls in the observed window: the query's weight is calls × latency. */
  calls: number;
  /** A SELECT whose rows are the parameter sets, in order; left out where there are no parameters. */
  parameters?: string;
}

/** A data set and what is asked of it, the same on every machine. */
export interface Workload {
  name: string;
  /** What it is like, a few words. */
  title: string;
  /** Rows of its largest table unless the caller says otherwise. */
  rows: number;
  /** Table whose committed inserts are timed. */
  insertTable: string;
  /** False where too much data makes every subset of changes too dear to build. */
  isSearched: boolean;
  /** DDL and inserts. May use the macros u(i, k), num(i, k, n), pick(list, x) of dataset.ts. */
  load(rows: number): string[];
  queries(rows: number): QueryDefinition[];
}

/** A list of changes' name in the results. */
export type StrategyName =
  | "baseline"
  | "index_everything"
  | "rules"
  | "ours"
  | "ours_schema"
  | "best"
  /** Unchanged once more: how much equal copies differ. */
  | "control";
