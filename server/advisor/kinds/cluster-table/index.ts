import {
  CHANGE_FACTS,
  type ChangeOf,
  describeStep,
  orderStepUnits,
  type TableSchema,
} from "@/server/contracts";
import type { KindSpec } from "../../kind-spec";
import { refuse, tableChangesOf } from "../../plan/table-changes";
import { reachByTable } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { orderBySql } from "./order-sql";
import { proposeOrders } from "./propose";

export const clusterTable: KindSpec<"cluster_table"> = {
  ...CHANGE_FACTS.cluster_table,
  propose: proposeOrders,
  stage(draft, change) {
    const changes = tableChangesOf(draft, change);
    const { table } = changes;
    if (changes.orderBy !== null) {
      throw refuse(`Table ${table.name} cannot be stored in two orders.`);
    }
    if (new Set(change.keys).size < change.keys.length) throw refuse("An order key is repeated.");
    checkStep(table, change);
    changes.orderBy = orderBySql(change);
  },
  isExclusiveWith: ({ table }, other) => other.kind === "cluster_table" && other.table === table,
  indexedColumn: () => null,
  insertCostTables: ({ table }) => [table],
  reach: reachByTable,
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks: () => [],
  consequences: () => [],
  rewritesRows: true,
  changesTypes: false,
  appliesAfterOthers: false,
  isRemoval: false,
  mayCompensate: false,
  testCost: 3,
  setRank: 0,
  narrow: () => null,
  schemaBefore: (_, table) => table,
  features: {
    column: ({ keys }) => keys[0] ?? null,
    detail: ({ curve }) => curve ?? null,
    keyCount: ({ keys }) => keys.length,
    newRows: () => null,
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [
      {
        sql: "SELECT count(*) FROM orders WHERE ordered_on BETWEEN ? AND ?",
        calls: 40,
        mean_ms: 100,
        samples: [["2015-01-01", "2015-02-01"]],
      },
    ],
    change: { kind: "cluster_table", table: "orders", keys: ["ordered_on"] },
  },
};

/** Ranges are of one key, of whole numbers or of dates and times. */
function checkStep(table: TableSchema, { keys, curve, step }: ChangeOf<"cluster_table">): void {
  if (step === undefined) return;
  if (keys.length > 1 || curve !== undefined) throw refuse("Ranges order a table by one key only.");
  const type = table.columns.find((each) => each.name === keys[0])?.type ?? "";
  const units = orderStepUnits(type);
  if (typeof step === "number" ? units === "number" : units?.includes(step)) return;
  throw refuse(
    `Column ${keys[0]} of ${table.name} (${type}) cannot be ordered ${describeStep(step)}.`,
  );
}
