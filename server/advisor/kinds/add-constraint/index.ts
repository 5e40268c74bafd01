import { CHANGE_FACTS, type ChangeOf, type ConstraintSchema } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { quoteIdentifier } from "@/server/sql";
import type { DataCheck, KindSpec } from "../../kind-spec";
import {
  refuse,
  type TableChanges,
  tableChangesOf,
  withConstraints,
} from "../../plan/table-changes";
import { reachByColumn } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { proposeConstraints } from "./propose";

export const addConstraint: KindSpec<"add_constraint"> = {
  ...CHANGE_FACTS.add_constraint,
  propose: proposeConstraints,
  stage(draft, change) {
    const changes = tableChangesOf(draft, change);
    checkConstraint(changes, change);
    changes.constraints.push(change);
  },
  isExclusiveWith: (change, other) =>
    other.kind === "add_constraint" &&
    other.table === change.table &&
    change.constraint === "PRIMARY KEY" &&
    other.constraint === "PRIMARY KEY",
  indexedColumn: ({ constraint, columns }) =>
    constraint !== "NOT NULL" && columns.length === 1 ? (columns[0] ?? null) : null,
  insertCostTables: ({ table }) => [table],
  reach: reachByColumn,
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks,
  consequences: () => [],
  rewritesRows: true,
  changesTypes: false,
  appliesAfterOthers: false,
  isRemoval: false,
  mayCompensate: false,
  testCost: 1.5,
  setRank: 0,
  narrow: () => null,
  schemaBefore: (_, table) => table,
  features: {
    column: ({ columns }) => columns[0] ?? null,
    detail: ({ constraint }) => constraint,
    keyCount: ({ columns }) => columns.length,
    newRows: () => null,
  },
  sample: {
    table: {
      ...ORDERS,
      columns: ORDERS.columns.map((column) => ({ ...column, nullable: true })),
      constraints: [],
    },
    rowsSql: ORDERS_SQL,
    queries: [{ sql: "SELECT * FROM orders WHERE order_id = ?", calls: 100, mean_ms: 28 }],
    change: {
      kind: "add_constraint",
      table: "orders",
      constraint: "PRIMARY KEY",
      columns: ["order_id"],
    },
  },
};

/**
 * Throws `not_executable` when the table, with what is added already, has the constraint or cannot
 * take it. Whether the data satisfy it is for the plan's statements to find out.
 */
function checkConstraint(
  { table, constraints: added }: TableChanges,
  { constraint, columns }: ChangeOf<"add_constraint">,
): void {
  if (new Set(columns).size < columns.length) {
    throw refuse("A column of the constraint is repeated.");
  }
  const { columns: present, constraints } = withConstraints(table, added);
  if (constraint === "NOT NULL") {
    const named = present.find((each) => columns.includes(each.name) && !each.nullable);
    if (named) throw refuse(`Column ${named.name} of ${table.name} is NOT NULL already.`);
    return;
  }
  if (constraint === "PRIMARY KEY" && constraints.some((each) => each.type === constraint)) {
    throw refuse(`Table ${table.name} has a primary key already.`);
  }
  const isSame = (each: ConstraintSchema): boolean =>
    (each.type === "PRIMARY KEY" || each.type === "UNIQUE") &&
    [...each.columns].sort().join("\0") === [...columns].sort().join("\0");
  if (constraints.some(isSame)) {
    throw refuse(`${columns.join(", ")} of ${table.name} are a key already.`);
  }
}

function dataChecks({ table, constraint, columns }: ChangeOf<"add_constraint">): DataCheck[] {
  const names = columns.map(quoteIdentifier);
  const from = `FROM ${quoteIdentifier(table)}`;
  const holes = names.map((name) => `${name} IS NULL`).join(" OR ");
  const filled: DataCheck = {
    countSql: `SELECT count(*) ${from} WHERE ${holes}`,
    describe: (count) =>
      `${formatPlural(count, "row holds", "rows hold")} NULL in ${columns.join(", ")} of ${table}.`,
  };
  const groups = `SELECT count(*) AS n ${from} WHERE NOT (${holes}) GROUP BY ${names.join(", ")}`;
  const distinct: DataCheck = {
    countSql: `SELECT coalesce(sum(n - 1), 0) FROM (${groups})`,
    describe: (count) =>
      `${formatPlural(count, "row repeats", "rows repeat")} a value of ${columns.join(", ")} of ${table}.`,
  };
  if (constraint === "NOT NULL") return [filled];
  return constraint === "UNIQUE" ? [distinct] : [filled, distinct];
}
