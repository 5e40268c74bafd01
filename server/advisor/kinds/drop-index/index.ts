import { CHANGE_FACTS, type ChangeOf, type IndexSchema } from "@/server/contracts";
import type { KindSpec } from "../../kind-spec";
import { refuse, type TableChanges, tableChangesOf } from "../../plan/table-changes";
import { isUnmanaged } from "../../table-schema";
import { reachByTable } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { consequencesOf, proposeDrops } from "./propose";

export const dropIndex: KindSpec<"drop_index"> = {
  ...CHANGE_FACTS.drop_index,
  propose: proposeDrops,
  stage(draft, change) {
    const changes = tableChangesOf(draft, change);
    changes.dropped.push(droppedIndex(changes, change));
  },
  isExclusiveWith: () => false,
  indexedColumn: () => null,
  insertCostTables: ({ table }) => [table],
  reach: reachByTable,
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks: () => [],
  consequences: consequencesOf,
  rewritesRows: false,
  changesTypes: false,
  appliesAfterOthers: true,
  isRemoval: true,
  mayCompensate: false,
  testCost: 1.5,
  setRank: 0,
  narrow: () => null,
  schemaBefore: (_, table) => table,
  features: {
    column: ({ index }, table) =>
      table.indexes.find(({ name }) => name === index)?.columns[0] ?? null,
    detail: () => null,
    keyCount: () => 1,
    newRows: () => null,
  },
  sample: {
    table: {
      ...ORDERS,
      indexes: [
        {
          name: "idx_orders_status",
          columns: ["status"],
          is_unique: false,
          sql: "CREATE INDEX idx_orders_status ON orders(status);",
        },
      ],
    },
    rowsSql: ORDERS_SQL,
    queries: [{ sql: "SELECT * FROM orders WHERE customer = ?", calls: 100, mean_ms: 28 }],
    change: { kind: "drop_index", table: "orders", index: "idx_orders_status" },
  },
};

/**
 * DuckDB 1.5.6 does not list the indexes of constraints in its catalog; what a product only says to
 * be indexed, without the statement, may be one.
 */
function droppedIndex(
  { table, dropped }: TableChanges,
  { index: name }: ChangeOf<"drop_index">,
): IndexSchema {
  const index = table.indexes.find((each) => each.name === name);
  if (!index) throw refuse(`Table ${table.name} has no index ${JSON.stringify(name)}.`);
  if (isUnmanaged(index)) throw refuse(`The statement of the index ${name} is unknown.`);
  if (dropped.includes(index)) throw refuse(`The index ${name} cannot be dropped twice.`);
  return index;
}
