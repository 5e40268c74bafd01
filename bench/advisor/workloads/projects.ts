import { demoDataSql, demoQueries } from "@/demo";
import type { Workload } from "../types";
import { existing } from "./tables";

/** A fixed day: the demo itself ends with the day it is started. */
const DATA_END = "2026-01-01";

/** `?` of the demo product's statements as numbered parameters. */
function numbered(sql: string): string {
  let number = 0;
  return sql.replace(/\?/g, () => `$${++number}`);
}

/** The demo product's tables and statements, with the shares of calls its own workload has. */
export const projects: Workload = {
  name: "project-financing",
  title: "the demo product: look-ups, reports, dashboards",
  rows: 600_000,
  insertTable: "projects",
  isSearched: true,
  load: (rows) => demoDataSql(rows, DATA_END),
  queries: () => [
    {
      name: "by-name",
      calls: 320,
      sql: numbered(demoQueries.byName),
      parameters: existing("projects", "project_name"),
    },
    {
      name: "by-id",
      calls: 200,
      sql: numbered(demoQueries.byId),
      parameters: existing("projects", "project_id"),
    },
    {
      name: "since",
      calls: 160,
      sql: numbered(demoQueries.since),
      parameters: `SELECT DATE '${DATA_END}' - (14 + 2 * i::INTEGER) FROM range(6) r(i)`,
    },
    {
      name: "period",
      calls: 100,
      sql: numbered(demoQueries.period),
      parameters: `SELECT DATE '2023-01-01' + 91 * i::INTEGER, DATE '2023-01-31' + 91 * i::INTEGER FROM range(6) r(i)`,
    },
    { name: "status-dashboard", calls: 50, sql: demoQueries.statusDashboard },
    { name: "currency-dashboard", calls: 40, sql: demoQueries.currencyDashboard },
    {
      name: "status-total",
      calls: 60,
      sql: numbered(demoQueries.statusTotal),
      parameters: "SELECT pick(['PROPOSED', 'ACTIVE', 'COMPLETED'], i / 3.0) FROM range(3) r(i)",
    },
    {
      name: "portfolio",
      calls: 30,
      sql: numbered(demoQueries.portfolio),
      parameters: existing("portfolios", "portfolio_id"),
    },
  ],
};
