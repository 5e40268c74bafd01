import type { Domain } from "../domain";
import { demoDataSql } from "./data";
import { projectRoutes } from "./routes";
import { PRODUCT_TABLES } from "./tables";
import { openWorkload } from "./workload";

/** DuckDB Spawn: projects, portfolios, and what belongs to what. */
export const financing: Domain = {
  name: "project-financing",
  tables: PRODUCT_TABLES,
  dataSql: demoDataSql,
  routes: projectRoutes,
  openWorkload,
};
