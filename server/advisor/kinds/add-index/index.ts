import { CHANGE_FACTS } from "@/server/contracts";
import type { KindSpec } from "../../kind-spec";
import { refuse, tableChangesOf } from "../../plan/table-changes";
import { isIndexed } from "../../table-schema";
import { reachByColumn } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { consequencesOf, proposeIndexes } from "./propose";

export const addIndex: KindSpec<"add_index"> = {
  ...CHANGE_FACTS.add_index,
  propose: proposeIndexes,
  stage(draft, change) {
    const { table, indexes } = tableChangesOf(draft, change);
    if (indexes.includes(change.column) || isIndexed(table, change.column)) {
      throw refuse(`Column ${change.column} of ${table.name} has an index already.`);
    }
    indexes.push(change.column);
  },
  isExclusiveWith: () => false,
  indexedColumn: ({ column }) => column,
  insertCostTables: ({ table }) => [table],
  reach: reachByColumn,
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks: () => [],
  consequences: consequencesOf,
  rewritesRows: false,
  changesTypes: false,
  appliesAfterOthers: true,
  isRemoval: false,
  mayCompensate: true,
  testCost: 1.5,
  setRank: 0,
  narrow: () => null,
  schemaBefore({ column }, table) {
    const isOwn = (columns: string[]) => columns.length === 1 && columns[0] === column;
    return { ...table, indexes: table.indexes.filter(({ columns }) => !isOwn(columns)) };
  },
  features: {
    column: ({ column }) => column,
    detail: () => null,
    keyCount: () => 1,
    newRows: () => null,
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [{ sql: "SELECT * FROM orders WHERE customer = ?", calls: 100, mean_ms: 28 }],
    change: { kind: "add_index", table: "orders", column: "customer" },
  },
};
