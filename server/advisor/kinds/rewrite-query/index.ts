import { CHANGE_FACTS } from "@/server/contracts";
import type { KindSpec } from "../../kind-spec";
import { reachByText } from "../reach";
import { ORDERS, ORDERS_SQL } from "../sample-table";
import { proposeRewrites } from "./propose";

export const rewriteQuery: KindSpec<"rewrite_query"> = {
  ...CHANGE_FACTS.rewrite_query,
  propose: proposeRewrites,
  // The product's own code sends the text: a plan has nothing to do.
  stage: () => {},
  isExclusiveWith: () => false,
  indexedColumn: () => null,
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
  testCost: 0.5,
  setRank: 1,
  narrow: () => null,
  schemaBefore: (_, table) => table,
  features: {
    /** The column its query filters, sorts or groups by first. */
    column(_, table, query) {
      const { filters = [], orderBy = [], groupBy = [] } = query?.shape ?? {};
      const refs = [...filters, ...orderBy, ...groupBy];
      return refs.find((ref) => ref.table === table.name)?.column ?? null;
    },
    detail: ({ rule }) => rule,
    keyCount: () => 1,
    newRows: () => null,
  },
  sample: {
    table: ORDERS,
    rowsSql: ORDERS_SQL,
    queries: [
      { sql: "SELECT count(*) FROM orders WHERE year(ordered_on) = 2015", calls: 9, mean_ms: 80 },
    ],
    change: {
      kind: "rewrite_query",
      table: "orders",
      rule: "sargable_predicate",
      rewrites: [
        {
          fingerprint: "c7af127797feb1df",
          sql: `SELECT count_star() FROM orders WHERE ((ordered_on >= COALESCE(TRY(make_date(CAST($1 AS BIGINT), 1, 1)), CAST('-infinity' AS DATE))) AND (ordered_on <= COALESCE(TRY(make_date((CAST($1 AS BIGINT) + 1), 1, 1)), CAST('infinity' AS DATE))) AND ("year"(ordered_on) = $1))`,
        },
      ],
    },
  },
};
