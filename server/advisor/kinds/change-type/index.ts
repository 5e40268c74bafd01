import { CHANGE_FACTS, type ChangeOf, isCollated, type TableSchema } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { DataCheck, KindSpec } from "../../kind-spec";
import { lossSql } from "../../plan/alter-sql";
import { refuse, tableChangesOf } from "../../plan/table-changes";
import { reachByColumn } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { proposeTypes } from "./propose";
import { consequencesOf, silentLoss } from "./stored-otherwise";

export const changeType: KindSpec<"change_type"> = {
  ...CHANGE_FACTS.change_type,
  propose: proposeTypes,
  stage(draft, change) {
    const { table, types } = tableChangesOf(draft, change);
    if (types.some((each) => each.column === change.column)) {
      throw refuse(`Column ${change.column} of ${table.name} cannot be given two types.`);
    }
    checkCollation(table, change.column);
    checkLaterValues(table, change);
    types.push(change);
  },
  isExclusiveWith: ({ table, column }, other) =>
    other.kind === "change_type" && other.table === table && other.column === column,
  indexedColumn: () => null,
  insertCostTables: ({ table }) => [table],
  // Who selects everything reads the column without naming it.
  reach: (change, query) =>
    query.shape.selectsStar && query.shape.tables.includes(change.table)
      ? "related"
      : reachByColumn(change, query),
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks,
  consequences: consequencesOf,
  rewritesRows: true,
  changesTypes: true,
  appliesAfterOthers: false,
  isRemoval: false,
  mayCompensate: false,
  testCost: 1.5,
  setRank: 0,
  narrow: () => null,
  schemaBefore: (change, table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.name === change.column ? { ...column, type: change.from } : column,
    ),
  }),
  features: {
    column: ({ column }) => column,
    detail: ({ to }) => to.name,
    keyCount: () => 1,
    newRows: () => null,
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [
      { sql: "SELECT status, sum(amount) FROM orders GROUP BY status", calls: 50, mean_ms: 20 },
    ],
    distinctValues: ["OPEN", "SHIPPED", "CLOSED"],
    change: {
      kind: "change_type",
      table: "orders",
      column: "status",
      from: "VARCHAR",
      to: { name: "ENUM", values: ["CLOSED", "OPEN", "SHIPPED"] },
    },
  },
};

/** A collation makes texts equal that are not the same: no other type does, and ALTER names none. */
function checkCollation(table: TableSchema, name: string): void {
  const type = table.columns.find((each) => each.name === name)?.type;
  if (!isCollated(type)) return;
  throw refuse(`Column ${name} of ${table.name} has a collation (${type}): its type must stay.`);
}

function checkLaterValues(table: TableSchema, { column: name, to }: ChangeOf<"change_type">): void {
  const type = table.columns.find((each) => each.name === name)?.type ?? "";
  const loss = silentLoss(type, to);
  if (loss === null) return;
  throw refuse(
    `Column ${name} of ${table.name} (${type}) must not become ${to.name}: a value written later is then ${loss}, without an error, and is lost.`,
  );
}

function dataChecks(change: ChangeOf<"change_type">, table: TableSchema): DataCheck[] {
  const loss = lossSql(table, change);
  if (loss === null) return [];
  return [
    {
      countSql: `SELECT count(*) FROM ${quoteIdentifier(table.name)} WHERE ${loss}`,
      describe: (count) =>
        `${formatPlural(count, "value")} of ${table.name}.${change.column} cannot be stored as ${change.to.name} and read back unchanged.`,
    },
  ];
}
