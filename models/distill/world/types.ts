import type { JsonScalar } from "@/server/contracts";

/** Words of one business domain, of which tables and columns are composed. */
export interface Domain {
  name: string;
  entities: string[];
  measures: string[];
  categories: string[];
}

export type ColumnRole =
  | "id"
  | "code"
  | "foreign_key"
  | "category"
  | "place"
  | "day"
  | "instant"
  | "measure"
  | "flag"
  | "person"
  | "email"
  | "note";

/** What a generated column is: name and type as a product tells them, and how its data are drawn. */
export interface ColumnSpec {
  name: string;
  role: ColumnRole;
  type: string;
  /** Distinct values among the rows that are not null. */
  distinct: number;
  nullShare: number;
  /** Values rise with the row's number. */
  isRising: boolean;
  /** 1: even spread; more: some values far more frequent. */
  skew: number;
}

export interface TableSpec {
  name: string;
  rows: number;
  columns: ColumnSpec[];
  primaryKey: string | null;
  indexes: string[];
  /** Stored in an order that has nothing to do with the row's number. */
  isShuffled: boolean;
}

/** Where six values of a parameter come from: real ones of a column, or those given. */
export type Slot = { table: string; column: string } | { values: JsonScalar[] };

export interface QuerySpec {
  form: string;
  sql: string;
  calls: number;
  slots: Slot[];
}

/** Tables and queries of one generated data product. */
export interface Family {
  id: string;
  domain: string;
  tables: TableSpec[];
  queries: QuerySpec[];
}
