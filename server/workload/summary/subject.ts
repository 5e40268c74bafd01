import { PRODUCT_SCHEMA } from "@/server/contracts";
import { type Ast, asNode, asNodes, asText } from "../ast";
import type { QuerySummary } from "../shape";

/**
 * Ends the reading of a query that no summary answers exactly. Never leaves this folder: such a
 * query is a normal outcome, answered with null.
 */
export class NotSummarizable extends Error {}

export function refuse(why: string): never {
  throw new NotSummarizable(why);
}

export interface TypedTable {
  name: string;
  columns: { name: string; type?: string }[];
}

/** The one SELECT of a query, and the one base table it reads. */
export interface Subject {
  select: Ast;
  from: Ast;
  table: TypedTable;
  /** The name the table goes by in the query. */
  alias: string;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Refuses all but a plain SELECT that groups one known table (no join, CTE, sample, rollup, QUALIFY). */
export function readSubject(root: Ast, tables: readonly TypedTable[]): Subject {
  const select = asNode(asNodes(root.statements)[0]?.node);
  const from = asNode(select?.from_table);
  if (!select || !from || select.type !== "SELECT_NODE" || from.type !== "BASE_TABLE") {
    return refuse("not one SELECT over one table");
  }
  const isPlain =
    asNodes(asNode(select.cte_map)?.map).length === 0 &&
    !select.sample &&
    !select.qualify &&
    asNodes(select.window_clause).length === 0 &&
    (select.group_sets as unknown[]).length <= 1;
  const isWhole =
    !from.sample &&
    !from.at_clause &&
    asText(from.catalog_name) === "" &&
    /^(main)?$/i.test(asText(from.schema_name)) &&
    (from.column_name_alias as unknown[]).length === 0;
  if (!isPlain || !isWhole) return refuse("reads or groups in a way a summary cannot follow");
  const name = asText(from.table_name);
  const table = tables.find((each) => same(each.name, name)) ?? refuse("table not known");
  return { select, from, table, alias: asText(from.alias) || name };
}

/** The table's column that a path (`a`, `t.a`, `main.t.a`) names, in the catalog's spelling. */
export function findColumn({ table, alias, from }: Subject, path: readonly string[]) {
  const [name = "", owner, schema, ...more] = [...path].reverse();
  if (more.length > 0) return undefined;
  if (schema !== undefined && (asText(from.alias) !== "" || !same(schema, PRODUCT_SCHEMA)))
    return undefined;
  if (owner !== undefined && !same(owner, alias)) return undefined;
  return table.columns.find((column) => same(column.name, name));
}

type Key = QuerySummary["keys"][number];
type Measure = QuerySummary["measures"][number];

const KEYS_MAX = 8;
const MEASURES_MAX = 32;
const NAME_LENGTH_MAX = 200;

/**
 * Keys and measures a query needs, each once. Names follow from the table alone (`<column>`,
 * `<column>_<unit>`, `row_count`, `<aggregate>_<column>`; numbered where a column of the table has
 * that name), so that all queries of a table name the same thing alike and can share a summary.
 */
export class SummaryParts {
  readonly keys: Key[] = [];
  readonly measures: Measure[] = [];
  readonly #taken: ReadonlySet<string>;

  constructor(table: TypedTable) {
    this.#taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  }

  /** Name of the key. */
  key(column: string, unit: Key["unit"]): string {
    const name = unit === null ? column : this.#free(`${column}_${unit}`);
    return this.#add(this.keys, { name, column, unit }, KEYS_MAX);
  }

  /** Name of the measure; without a column, of the number of rows. */
  measure(aggregate: Measure["aggregate"], column: string | null): string {
    const name = this.#free(column === null ? "row_count" : `${aggregate}_${column}`);
    return this.#add(this.measures, { name, aggregate, column }, MEASURES_MAX);
  }

  #free(base: string): string {
    let name = base;
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) name = `${base}_${number}`;
    return name;
  }

  #add<Part extends Key | Measure>(parts: Part[], part: Part, partsMax: number): string {
    if (parts.some((each) => JSON.stringify(each) === JSON.stringify(part))) return part.name;
    const isTaken = [...this.keys, ...this.measures].some(
      (each) => each.name.toLowerCase() === part.name.toLowerCase(),
    );
    if (isTaken || parts.length === partsMax || part.name.length > NAME_LENGTH_MAX) {
      refuse("more than a summary holds, or one name for two things");
    }
    parts.push(part);
    return part.name;
  }
}
