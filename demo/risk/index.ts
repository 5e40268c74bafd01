import type { Domain } from "../domain";
import { RISK_TABLES, riskDataSql } from "./data";
import { riskRoutes } from "./routes";
import { openWorkload } from "./workload";

/** Assessments of projects: scores, ratings, probabilities of default. */
export const risk: Domain = {
  name: "risk",
  tables: RISK_TABLES,
  dataSql: riskDataSql,
  routes: riskRoutes,
  openWorkload,
};
