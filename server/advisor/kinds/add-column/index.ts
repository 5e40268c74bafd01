import { CHANGE_FACTS, type ChangeOf, type TableSchema } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { canonicalType, newNameFault, quoteIdentifier } from "@/server/sql";
import type { DataCheck, KindSpec } from "../../kind-spec";
import { checkedType } from "../../plan/confined";
import { literalSql } from "../../plan/default-value";
import { refuse, type TableChanges, tableChangesOf } from "../../plan/table-changes";
import { reachByTable } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";

/**
 * Asked for by people and other sidecars, never proposed: what a product lacks is not in its workload.
 * Whether the type is one, and the default a value of it, is checked where the request comes in.
 */
export const addColumn: KindSpec<"add_column"> = {
  ...CHANGE_FACTS.add_column,
  propose: () => ({ candidates: [], excluded: [] }),
  stage(draft, change) {
    const changes = tableChangesOf(draft, change);
    checkName(changes, change);
    checkReference(draft.tables, change);
    changes.columns.push(change);
  },
  isExclusiveWith: (change, other) =>
    other.kind === "add_column" && other.table === change.table && isSame(other, change.column),
  indexedColumn: () => null,
  insertCostTables: ({ table }) => [table],
  reach: reachByTable,
  isRequestedOnly: true,
  addedColumns: ({ column }) => [column],
  otherTables: ({ references }) => (references === null ? [] : [references.table]),
  dataChecks,
  consequences: () => [],
  rewritesRows: true,
  changesTypes: false,
  appliesAfterOthers: false,
  isRemoval: false,
  mayCompensate: false,
  testCost: 1,
  setRank: 0,
  narrow: () => null,
  schemaBefore: (change, table) => ({
    ...table,
    columns: table.columns.filter(({ name }) => name !== change.column),
  }),
  features: {
    column: () => null,
    detail: () => null,
    keyCount: () => 1,
    newRows: () => null,
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [{ sql: "SELECT * FROM orders WHERE order_id = ?", calls: 100, mean_ms: 2 }],
    change: {
      kind: "add_column",
      table: "orders",
      column: "channel",
      type: "VARCHAR",
      default: "web",
      is_required: true,
      references: null,
    },
  },
};

/** DuckDB does not tell names apart by their case. */
const isSame = ({ column }: { column: string }, name: string): boolean =>
  column.toLowerCase() === name.toLowerCase();

function checkName({ table, columns }: TableChanges, { column }: ChangeOf<"add_column">): void {
  const fault = newNameFault(column);
  if (fault !== null) throw refuse(fault);
  const taken = [...table.columns.map(({ name }) => ({ column: name })), ...columns];
  const same = taken.find((each) => isSame(each, column));
  if (same !== undefined) {
    throw refuse(`Table ${table.name} has a column ${JSON.stringify(same.column)} already.`);
  }
  if (/^(rowid$|_sidecar_)/i.test(column)) {
    throw refuse(
      `A column cannot be called ${column}: the name is kept for row numbers and undo data.`,
    );
  }
}

/** DuckDB takes a foreign key to a primary key or a UNIQUE constraint, and to nothing else. */
function checkReference(
  tables: readonly TableSchema[],
  { table, type, references }: ChangeOf<"add_column">,
): void {
  if (references === null) return;
  if (references.table.toLowerCase() === table.toLowerCase()) {
    throw refuse(`A foreign key of ${table} to itself cannot be added.`);
  }
  const target = tables.find(({ name }) => name === references.table);
  if (target === undefined) throw refuse(`There is no table ${JSON.stringify(references.table)}.`);
  const key = target.columns.find(({ name }) => name === references.column);
  if (key === undefined) {
    throw refuse(`Table ${target.name} has no column ${JSON.stringify(references.column)}.`);
  }
  // DuckDB casts none of the two.
  if (canonicalType(type) !== canonicalType(key.type)) {
    throw refuse(
      `The type of ${references.table}.${references.column} is ${key.type}: what refers to it must have the same type, not ${type}.`,
    );
  }
  const isKey = target.constraints.some(
    ({ type: kind, columns }) =>
      (kind === "PRIMARY KEY" || kind === "UNIQUE") &&
      columns.length === 1 &&
      columns[0] === references.column,
  );
  if (!isKey) {
    throw refuse(
      `Column ${references.column} of ${target.name} is neither its primary key nor UNIQUE: no foreign key can refer to it.`,
    );
  }
}

/** The rows that are there get the default: without one, or with one that is no key, they violate it. */
function dataChecks(change: ChangeOf<"add_column">): DataCheck[] {
  const { table, column, type, default: value, is_required, references } = change;
  const rows = `SELECT count(*) FROM ${quoteIdentifier(table)}`;
  if (value === null) {
    if (!is_required) return [];
    const describe = (count: number) =>
      `${column} is required and has no default: ${formatPlural(count, "row")} of ${table} would be without a value.`;
    return [{ countSql: rows, describe }];
  }
  if (references === null) return [];
  const key = quoteIdentifier(references.column);
  const found = `SELECT 1 FROM ${quoteIdentifier(references.table)} WHERE ${key} = CAST(${literalSql(value)} AS ${checkedType(type)})`;
  const describe = (count: number) =>
    `The default is no value of ${references.table}.${references.column}: ${formatPlural(count, "row")} of ${table} would refer to nothing.`;
  return [{ countSql: `${rows} WHERE NOT EXISTS (${found})`, describe }];
}
