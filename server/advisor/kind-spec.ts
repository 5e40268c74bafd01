import type {
  Candidate,
  Change,
  ChangeFacts,
  ChangeKind,
  ChangeOf,
  ColumnSchema,
  Plan,
  TableSchema,
} from "@/server/contracts";
import type { PlanDraft } from "./plan/table-changes";
import type { WorkloadQuery } from "./workload-query";

/** What is known of a product: all that advice rests on. */
export interface AdviceInput {
  tables: TableSchema[];
  queries: WorkloadQuery[];
  /** Whose queries they are: a request's own are not all that the product is asked. */
  workloadOf?: "product" | "request";
  /** Whose schema it is: a request tells neither keys nor defaults, so a rebuild may lose them. */
  schemaOf?: "product" | "request";
  /** Advise on this table only. */
  tableName?: string;
  /**
   * All distinct values of a column (without NULL) where the caller knows them; statistics alone
   * do not tell them, and an ENUM needs them.
   */
  distinctValues?: (table: string, column: string) => string[] | undefined;
  /** Free space of the product's disk, bytes: what needs nearly all of it is excluded. */
  freeBytes?: number;
}

/** The input of one kind's rule: compiling knows all kinds, so it is handed in. */
export interface ProposeInput extends AdviceInput {
  /** The change's plan, or an empty one with the reason why there can be none. */
  tryPlan(change: Change): { plan: Plan; refusal: string | null };
  /** Columns of a table that queries name, in its order: the heaviest of very many. */
  columnsOf(table: TableSchema): readonly ColumnSchema[];
}

/** Candidates worth testing, and those that hard facts exclude, with the reason. */
export interface Proposals {
  candidates: Candidate[];
  excluded: { candidate: Candidate; reason: string }[];
}

/**
 * How a change affects a query. `related`: it may change the query's time; `same_table`: only
 * unexpectedly; `none`: it cannot.
 */
export type Reach = "related" | "same_table" | "none";

/** A demand on rows that are there. */
export interface DataCheck {
  /** Counts the rows that violate it: one number. */
  countSql: string;
  /** The violation as a sentence, where the count is not 0. */
  describe(count: number): string;
}

/** A table with data and a workload for which a kind proposes `change` (or, of one that is only requested, could be asked for it): for tests. */
interface KindSample<Kind extends ChangeKind> {
  table: TableSchema;
  /** SELECT that yields a few rows, columns in the table's order; the statistics speak of many. */
  rowsSql: string;
  queries: { sql: string; calls: number; mean_ms: number; samples?: string[][] }[];
  distinctValues?: string[];
  change: ChangeOf<Kind>;
}

/**
 * Everything a kind of change is, besides the facts that the change itself tells (ChangeFacts).
 * All members are pure functions of their arguments.
 */
export interface KindSpec<Kind extends ChangeKind> extends ChangeFacts<Kind> {
  /** Candidates of this kind for a workload. The same input gives the same answer. */
  propose(input: ProposeInput): Proposals;
  /**
   * Adds the change to a plan: to what becomes of its table, or as a new table of its own. Throws
   * `not_executable` where DuckDB cannot do it, alone or beside what the plan holds already.
   */
  stage(draft: PlanDraft, change: ChangeOf<Kind>): void;
  /**
   * True when `other` cannot, or should not, be made as well. Asked from both sides; two texts for
   * one query exclude each other whatever the kinds.
   */
  isExclusiveWith(change: ChangeOf<Kind>, other: Change): boolean;
  /** The one column that an index it creates would serve; null when it creates none. */
  indexedColumn(change: ChangeOf<Kind>): string | null;
  /** Tables whose inserts it may make slower or faster; empty where nothing is maintained for it. */
  insertCostTables(change: ChangeOf<Kind>): string[];
  /** How far the change reaches a query: which queries a test has to replay. */
  reach(change: ChangeOf<Kind>, query: WorkloadQuery): Reach;
  /** No rule proposes it: people and other sidecars ask for it. */
  isRequestedOnly: boolean;
  /** Columns that its table has only afterwards: whoever selects everything reads them too. */
  addedColumns(change: ChangeOf<Kind>): string[];
  /** Further tables that its plan reads or refers to. */
  otherTables(change: ChangeOf<Kind>): string[];
  /** What rows that are there must satisfy for it, each to be counted before anything is built. */
  dataChecks(change: ChangeOf<Kind>, table: TableSchema): DataCheck[];
  /** What holds once it is in place, whatever the workload is: sentences for whoever decides. */
  consequences(change: ChangeOf<Kind>, input: Pick<AdviceInput, "tables" | "schemaOf">): string[];
  /** Its plan rewrites the table's rows: all of them must be compared afterwards. */
  rewritesRows: boolean;
  /** Query results may come in another type: values are compared by their text. */
  changesTypes: boolean;
  /** Its own plan can follow any other's in a set, on the file that is built already. */
  appliesAfterOthers: boolean;
  /** It takes something away: it may pay by its storage and writes alone, without a faster query. */
  isRemoval: boolean;
  /** Of no use alone, it may serve queries that another change of the set slows. */
  mayCompensate: boolean;
  /** Time to build and measure it, relative to the other kinds: 1 is a small new table. */
  testCost: number;
  /** Order in which kinds join a set: 0 changes tables, 1 replaces texts (after the tables stand). */
  setRank: 0 | 1;
  /**
   * The change for those queries alone that gained by it; null where it cannot be narrowed so, or
   * where nothing changes or is left.
   */
  narrow(change: ChangeOf<Kind>, gained: ReadonlySet<string>): ChangeOf<Kind> | null;
  /** The table as it was before the change, where it was executed since. */
  schemaBefore(change: ChangeOf<Kind>, table: TableSchema): TableSchema;
  /** What the model is told of a candidate of this kind. */
  features: {
    /** The column it is about; null where there is none. */
    column(change: ChangeOf<Kind>, table: TableSchema, query?: WorkloadQuery): string | null;
    /** Rule, target type, constraint or curve. */
    detail(change: ChangeOf<Kind>): string | null;
    keyCount(change: ChangeOf<Kind>): number;
    /** Rows of the table it creates; null: it creates none, or nobody knows how many. */
    newRows(change: ChangeOf<Kind>, table: TableSchema): number | null;
  };
  sample: KindSample<Kind>;
}
