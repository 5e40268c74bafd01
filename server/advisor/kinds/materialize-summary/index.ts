import { CHANGE_FACTS } from "@/server/contracts";
import type { KindSpec } from "../../kind-spec";
import { reachByText } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { estimateSummaryRows } from "./estimate";
import { proposeSummaries } from "./propose";
import { checkSummary, createSummarySql, dropSummarySql } from "./summary-sql";

export const materializeSummary: KindSpec<"materialize_summary"> = {
  ...CHANGE_FACTS.materialize_summary,
  propose: proposeSummaries,
  stage(draft, change) {
    const taken = [...draft.tables, ...draft.newTables].map(({ name }) => name.toLowerCase());
    checkSummary(change, draft.tables, new Set(taken));
    const createSql = createSummarySql(change);
    draft.newTables.push({ name: change.name, createSql, dropSql: dropSummarySql(change) });
  },
  isExclusiveWith: () => false,
  indexedColumn: () => null,
  // Nothing is maintained when its source is written: it is as old as its last refresh.
  insertCostTables: () => [],
  reach: reachByText,
  isRequestedOnly: false,
  addedColumns: () => [],
  otherTables: () => [],
  dataChecks: () => [],
  consequences: () => [],
  rewritesRows: false,
  changesTypes: false,
  appliesAfterOthers: true,
  isRemoval: false,
  mayCompensate: false,
  testCost: 1,
  setRank: 1,
  narrow(change, gained) {
    const rewrites = change.rewrites.filter((each) => gained.has(each.fingerprint));
    if (rewrites.length === 0 || rewrites.length === change.rewrites.length) return null;
    return { ...change, rewrites };
  },
  schemaBefore: (_, table) => table,
  features: {
    column: ({ keys }) => keys[0]?.column ?? null,
    detail: () => null,
    keyCount: ({ keys }) => keys.length,
    newRows: ({ keys }, table) => estimateSummaryRows(table, keys),
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [
      { sql: "SELECT status, count(*) FROM orders GROUP BY status", calls: 9, mean_ms: 80 },
    ],
    change: {
      kind: "materialize_summary",
      table: "orders",
      name: "summary_orders_status",
      keys: [{ name: "status", column: "status", unit: null }],
      measures: [{ name: "row_count", aggregate: "count", column: null }],
      rewrites: [
        {
          fingerprint: "8e2f722e3a3a4ea3",
          sql: 'SELECT orders.status, CAST(COALESCE(sum(orders.row_count), 0) AS BIGINT) AS "count_star()" FROM summary_orders_status AS orders GROUP BY orders.status',
        },
      ],
    },
  },
};
