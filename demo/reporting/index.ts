import type { Domain } from "../domain";
import { REPORTING_TABLES, reportingDataSql } from "./data";
import { reportingRoutes } from "./routes";
import { openWorkload } from "./workload";

/** Reports over a mirror of financing's projects. */
export const reporting: Domain = {
  name: "reporting",
  tables: REPORTING_TABLES,
  dataSql: reportingDataSql,
  routes: reportingRoutes,
  openWorkload,
};
